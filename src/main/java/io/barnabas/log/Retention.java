package io.barnabas.log;

import io.barnabas.log.FileCache.RetiredFileException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which segments a log's retention lets go, oldest first. Decided from what the segments are at one moment; the one
 * that is appended to never goes.
 *
 * <p>A segment is as old as its newest record says. A timestamp in the future, or none at all, says nothing: then the
 * file's last change counts.
 */
final class Retention implements Predicate<Segment> {
    private final Set<Segment> gone;

    private Retention(Set<Segment> gone) {
        this.gone = gone;
    }

    static Retention of(EmbeddedPartitionLog log, long nowMs) throws IOException {
        LogConfig config = log.config();
        List<Segment> all = log.segments().all();
        Set<Segment> gone = new HashSet<>();
        if (!config.delete()) {
            return new Retention(gone);
        }
        long excess = config.retentionBytes() < 0 ? 0 : log.segments().sizeBytes() - config.retentionBytes();
        for (Segment segment : all.subList(0, all.size() - 1)) {
            excess -= segment.sizeBytes();
            boolean tooMuch = config.retentionBytes() >= 0 && excess >= 0;
            if (!tooMuch && !tooOld(segment, config, nowMs)) {
                break;
            }
            gone.add(segment);
        }
        return new Retention(gone);
    }

    private static boolean tooOld(Segment segment, LogConfig config, long nowMs) throws IOException {
        if (config.retentionMs() < 0) {
            return false;
        }
        try {
            long newest = segment.maxTimestamp(config.indexIntervalBytes());
            if (newest <= 0 || newest > nowMs) {
                newest = segment.log().files().lastModifiedMs(segment.log().path);
            }
            return nowMs - newest > config.retentionMs();
        } catch (RetiredFileException e) {
            return false;
        }
    }

    @Override
    public boolean test(Segment segment) {
        return gone.contains(segment);
    }
}
