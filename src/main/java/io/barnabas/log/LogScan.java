package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.log.Durability.Written;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what lies behind the recovery point of a log that is being recovered, batch by batch, and finds where the log
 * ends. Used once, by {@link LogRecovery}, on its thread; what it finds goes into the segments, the producers and the
 * damaged ranges that it is given.
 *
 * <p>At the first thing that is no valid batch there are two cases:
 *
 * <pre>
 *   offset &gt;= durable   nobody was told it is durable: the crash tore it. The log ends here. What lies behind is
 *                       cut, after a copy to a .cut file if valid batches are in it.
 *   offset &lt;  durable   it was on disk and is not any more: damage. The bytes stay, the offsets are refused,
 *                       the log goes on at the next valid batch, at the latest at the durable offset.
 * </pre>
 */
final class LogScan {
    /** Less than this is not worth a large window. */
    private static final int WINDOW_FROM_BYTES = 256 << 10;

    private final EngineContext context;
    private final LogConfig config;
    private final LogCheckpoint checkpoint;
    private final List<Segment> segments;
    private final Producers producers;
    private final DamagedRanges damaged;
    private final TornEnd tornEnd;
    private final List<Written> undurable = new ArrayList<>();

    private long endOffset;
    private int epoch;
    private long scannedBytes;

    /** @param segments of the whole log; those behind its end are taken out */
    LogScan(
            EngineContext context,
            LogId id,
            LogConfig config,
            LogCheckpoint checkpoint,
            List<Segment> segments,
            Producers producers,
            DamagedRanges damaged) {
        this.context = context;
        this.config = config;
        this.checkpoint = checkpoint;
        this.segments = segments;
        this.producers = producers;
        this.damaged = damaged;
        this.tornEnd = new TornEnd(context, id);
        this.endOffset = checkpoint.offset();
        this.epoch = checkpoint.epoch();
    }

    /** Where the log ends, exclusive. */
    long endOffset() {
        return endOffset;
    }

    /** The newest epoch that is known of. */
    int epoch() {
        return epoch;
    }

    /** What lies between the offset that is settled and the end. */
    List<Written> undurable() {
        return undurable;
    }

    long scannedBytes() {
        return scannedBytes;
    }

    long cutBytes() {
        return tornEnd.cutBytes();
    }

    /** Checks everything behind the recovery point. */
    void run() throws IOException {
        boolean trusted = false;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.baseOffset() < checkpoint.segmentBase() && i + 1 < segments.size()) {
                continue;
            }
            boolean first = !trusted;
            trusted = true;
            int position = first && segment.baseOffset() == checkpoint.segmentBase() ? checkpoint.position() : 0;
            long offset = position > 0 ? checkpoint.offset() : segment.baseOffset();
            if (first && position > segment.log().size()) {
                position = 0;
                offset = segment.baseOffset();
            }
            endOffset = first ? offset : endOffset;
            if (!first && segment.baseOffset() != endOffset && !joins(i)) {
                return;
            }
            if (!scanned(segment, position, offset)) {
                tornEnd.cutFrom(segments, i + 1);
                return;
            }
        }
    }

    /** A segment that does not begin where the one before ends: a loss of the crash, or damage. */
    private boolean joins(int index) throws IOException {
        Segment segment = segments.get(index);
        if (segment.baseOffset() > endOffset && endOffset < checkpoint.durableOffset()) {
            damaged.add(endOffset, segment.baseOffset());
            endOffset = segment.baseOffset();
            return true;
        }
        tornEnd.cutFrom(segments, index);
        return false;
    }

    /** False when the log ends inside of this segment. */
    private boolean scanned(Segment segment, int position, long offset) throws IOException {
        if (segment.log().size() - position < WINDOW_FROM_BYTES) {
            return scanSegment(segment, position, offset, ByteBuffer.allocate(0));
        }
        ByteBuffer window = context.windows().take();
        try {
            return scanSegment(segment, position, offset, window);
        } finally {
            context.windows().giveBack(window);
        }
    }

    private boolean scanSegment(Segment segment, int position, long offset, ByteBuffer window) throws IOException {
        long fileBytes = segment.log().size();
        long nowMs = context.clock().millis();
        segment.recoverFrom(position, offset, config.indexIntervalBytes());
        long at = position;
        boolean changed = segment.baseOffset() > checkpoint.segmentBase();
        while (at < fileBytes) {
            BatchScan scan = new BatchScan(segment.log(), at, fileBytes, endOffset, window);
            while (scan.next()) {
                Head head = scan.head();
                if (isBehindALoss(head)) {
                    tornEnd.cut(segment, head.position(), fileBytes, endOffset);
                    return false;
                }
                take(segment, head, nowMs);
                changed = true;
            }
            at = scan.position();
            if (at < fileBytes) {
                if (endOffset >= checkpoint.durableOffset()) {
                    tornEnd.cut(segment, at, fileBytes, endOffset);
                    return false;
                }
                at = skipDamage(segment, at, fileBytes);
                changed = true;
            }
        }
        if (changed) {
            segment.unforced();
        } else {
            segment.nameUnforced();
        }
        return true;
    }

    /** Whole batches before it were lost; nobody was told they are durable. */
    private boolean isBehindALoss(Head head) {
        return head.baseOffset() > endOffset
                && head.baseOffset() >= checkpoint.offset()
                && endOffset >= checkpoint.durableOffset();
    }

    private void take(Segment segment, Head head, long nowMs) throws IOException {
        noteUndurable(segment, head);
        segment.recovered(head, config.indexIntervalBytes());
        producers.replay(head, nowMs);
        epoch = Math.max(epoch, head.epoch());
        endOffset = head.endOffset();
        scannedBytes += head.sizeInBytes();
    }

    /** Batches follow each other, or damage that lies between them, so what belongs to a segment is one range. */
    private void noteUndurable(Segment segment, Head head) {
        if (head.endOffset() <= checkpoint.settledOffset()) {
            return;
        }
        Written last = undurable.isEmpty() ? null : undurable.get(undurable.size() - 1);
        if (last != null && last.segment() == segment) {
            undurable.remove(undurable.size() - 1);
        }
        Written first = last != null && last.segment() == segment
                ? last
                : new Written(segment, (int) head.position(), 0, head.baseOffset(), head.baseOffset(), null);
        undurable.add(new Written(
                segment,
                first.position(),
                (int) head.endPosition() - first.position(),
                first.baseOffset(),
                head.endOffset(),
                null));
    }

    private long skipDamage(Segment segment, long at, long fileBytes) throws IOException {
        long next = BatchScan.findValid(segment.log(), at, fileBytes, endOffset);
        long resumeOffset;
        if (next >= 0) {
            BatchScan after = new BatchScan(segment.log(), next, fileBytes, endOffset, true);
            after.next();
            resumeOffset = after.head().baseOffset();
        } else {
            int index = segments.indexOf(segment);
            resumeOffset =
                    index + 1 < segments.size() ? segments.get(index + 1).baseOffset() : checkpoint.durableOffset();
        }
        damaged.add(endOffset, resumeOffset);
        endOffset = resumeOffset;
        long resumeAt = next >= 0 ? next : fileBytes;
        segment.skipTo(resumeAt, resumeOffset);
        return resumeAt;
    }
}
