package io.barnabas.log;

/** When a new segment is started. Pure. */
final class RollRule {
    private RollRule() {}

    /**
     * @param usedBytes in the active segment, more than 0
     * @param nextBytes about to be written
     * @param nextOffset they get
     */
    static boolean rolls(Segment active, long usedBytes, int nextBytes, long nextOffset, LogConfig config, long nowMs) {
        return usedBytes + nextBytes > config.segmentBytes()
                || nextOffset - active.baseOffset() > Integer.MAX_VALUE - (long) nextBytes
                || aged(active, config, nowMs);
    }

    /** Age counts from the first append; a clock that went back makes nothing older. */
    static boolean aged(Segment active, LogConfig config, long nowMs) {
        return active.sizeBytes() > 0 && nowMs - active.firstAppendMs() > config.segmentMs();
    }
}
