package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which ledgers a log lets go. Pure.
 *
 * <p>The last ledger of a list stays, even when nothing in it can be read any more, until its producers are forgotten:
 * it alone remembers them over a take-over.
 */
final class LedgerRetention {
    private final BookKeeperSettings settings;
    private final LogConfig config;
    private final long producerExpiryMs;
    private final long nowMs;

    LedgerRetention(BookKeeperSettings settings, LogConfig config, long producerExpiryMs, long nowMs) {
        this.settings = settings;
        this.config = config;
        this.producerExpiryMs = producerExpiryMs;
        this.nowMs = nowMs;
    }

    /** The list without what is wholly below an offset, which becomes the start. */
    static LedgerList below(LedgerList list, long offset, long nowMs) {
        Set<Long> gone = new HashSet<>();
        for (LedgerSegment segment : list.segments()) {
            if (segment.closed() && segment.endOffset() <= offset && !segment.equals(list.last())) {
                gone.add(segment.ledgerId());
            }
        }
        return list.without(gone, offset, nowMs);
    }

    /** The list without its oldest ledgers, as far as they are too old or too much. */
    LedgerList kept(LedgerList list, long openBytes) {
        if (!config.delete()) {
            return list;
        }
        long excess = excess(list.segments(), openBytes);
        long start = list.startOffset();
        for (LedgerSegment segment : list.segments()) {
            excess -= segment.sizeBytes();
            boolean tooMuch = config.retentionBytes() >= 0 && excess >= 0;
            if (!segment.closed() || (!tooMuch && !tooOld(segment))) {
                break;
            }
            start = Math.max(start, segment.endOffset());
        }
        LedgerList kept = below(list, start, nowMs);
        LedgerSegment last = kept.last();
        boolean forgotten = last != null
                && last.closed()
                && last.endOffset() <= start
                && nowMs - lastWriteMs(last) > producerExpiryMs;
        return forgotten ? kept.without(Set.of(last.ledgerId()), start, nowMs) : kept;
    }

    private long excess(List<LedgerSegment> segments, long openBytes) {
        if (config.retentionBytes() < 0) {
            return -1;
        }
        long bytes = openBytes;
        for (LedgerSegment segment : segments) {
            bytes += segment.sizeBytes();
        }
        return bytes - config.retentionBytes();
    }

    /** A timestamp in the future, or none at all, says nothing: then the ledger's own age counts. */
    private boolean tooOld(LedgerSegment segment) {
        if (config.retentionMs() < 0) {
            return false;
        }
        long newest = segment.maxTimestamp();
        if (newest <= 0 || newest > nowMs) {
            newest = lastWriteMs(segment);
        }
        return nowMs - newest > config.retentionMs();
    }

    /** No earlier than it was. */
    private long lastWriteMs(LedgerSegment segment) {
        return segment.madeMs() + Math.min(settings.rollIntervalMs(), config.segmentMs());
    }
}
