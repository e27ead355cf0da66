package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.log.Durability.Written;
import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a partition's files as they were left and finds out what the log is. Used once, on one thread.
 *
 * <p>Everything before the checkpoint's recovery point is on disk and is not looked at; everything behind it is checked
 * batch by batch. At the first thing that is no valid batch there are two cases:
 *
 * <pre>
 *   offset &gt;= durable   nobody was told it is durable: the crash tore it. The log ends here. What lies behind is
 *                       cut, after a copy to a .cut file if valid batches are in it.
 *   offset &lt;  durable   it was on disk and is not any more: damage. The bytes stay, the offsets are refused,
 *                       the log goes on at the next valid batch, at the latest at the durable offset.
 * </pre>
 *
 * <p>Nothing waits for the disk here, however much was written behind the last checkpoint. What was found behind the
 * durable offset is shown when the next checkpoint has forced it.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);
    private static final int COPY_BYTES = 1 << 20;

    /** Less than this is not worth a large window. */
    private static final int WINDOW_FROM_BYTES = 256 << 10;

    private final EngineContext context;
    private final LogId id;
    private final Path folder;
    private final LogConfig config;
    private final List<Segment> segments = new ArrayList<>();
    private final Producers producers;
    private final List<Written> undurable = new ArrayList<>();

    private DamagedRanges damaged;
    private LogCheckpoint checkpoint;
    private long endOffset;
    private int epoch;
    private long scannedBytes;
    private long cutBytes;

    LogRecovery(EngineContext context, LogId id, LogConfig config) {
        this.context = context;
        this.id = id;
        this.folder = PartitionFolder.of(context.dataDir(), id.partition());
        this.config = config;
        this.producers = new Producers(
                context.settings().producersPerPartition(),
                context.settings().idempotencyKeysPerPartition(),
                context.settings().idempotencyWindowMs());
    }

    /**
     * What was found. The last segment is the one to append to.
     *
     * @param undurable what lies between {@code durableOffset} and {@code endOffset}
     */
    record Recovered(
            Path folder,
            Segments segments,
            Producers producers,
            DamagedRanges damaged,
            LogCheckpoint checkpoint,
            long startOffset,
            long durableOffset,
            long endOffset,
            List<Written> undurable,
            int epoch) {}

    Recovered run() throws IOException {
        long start = context.nanoTime().getAsLong();
        LogFiles files = context.files();
        CompactionSwap.finish(files, folder);
        removeLeftovers(files);
        damaged = DamagedRanges.load(files, folder, id, context.events());
        checkpoint = context.checkpoints().of(id);
        List<Long> bases = PartitionFolder.offsets(files, folder, PartitionFolder.LOG);
        if (checkpoint == null) {
            long first = bases.isEmpty() ? 0 : bases.get(0);
            checkpoint = LogCheckpoint.unknown(id.topicId(), first);
        }
        epoch = checkpoint.epoch();
        openSegments(bases);
        recoverProducers();
        scan();
        requireDurableEnd();
        prepareActive();
        context.events()
                .recovered(id, scannedBytes, cutBytes, context.nanoTime().getAsLong() - start);
        long startOffset = Math.max(checkpoint.startOffset(), segments.get(0).baseOffset());
        long durable = Math.max(startOffset, Math.min(endOffset, settledOffset()));
        return new Recovered(
                folder,
                new Segments(segments),
                producers,
                damaged,
                checkpoint,
                startOffset,
                durable,
                endOffset,
                undurable,
                epoch);
    }

    /** What begins below is on disk or in a journal that is. */
    private long settledOffset() {
        return Math.max(checkpoint.offset(), checkpoint.durableOffset());
    }

    private void removeLeftovers(LogFiles files) throws IOException {
        for (Path path : files.list(folder)) {
            String name = String.valueOf(path.getFileName());
            if (name.endsWith(PartitionFolder.DELETED)
                    || name.endsWith(PartitionFolder.CLEANED)
                    || name.endsWith(".tmp")) {
                files.delete(path);
            }
        }
    }

    /** Segments before the recovery point are taken as they are; those wholly below the log start go. */
    private void openSegments(List<Long> bases) throws IOException {
        for (int i = 0; i < bases.size(); i++) {
            long base = bases.get(i);
            long next = i + 1 < bases.size() ? bases.get(i + 1) : Long.MAX_VALUE;
            if (next <= checkpoint.startOffset()) {
                for (Path path : List.of(
                        PartitionFolder.logFile(folder, base),
                        PartitionFolder.offsetIndexFile(folder, base),
                        PartitionFolder.timeIndexFile(folder, base))) {
                    context.files().delete(path);
                }
            } else {
                segments.add(Segment.sealed(context.cache(), folder, base, next));
            }
        }
        if (segments.isEmpty()) {
            long base = Math.max(checkpoint.startOffset(), checkpoint.durableOffset());
            segments.add(Segment.create(context.cache(), folder, base));
            if (base > checkpoint.startOffset()) {
                segments.get(0).force();
                damaged.add(checkpoint.startOffset(), base);
            }
            checkpoint = new LogCheckpoint(
                    id.topicId(), epoch, checkpoint.startOffset(), base, 0, base, base, base, false, base);
        }
    }

    /** Loads the snapshot of the checkpoint and replays the heads between it and the recovery point. */
    private void recoverProducers() throws IOException {
        long from = checkpoint.producersOffset();
        if (checkpoint.hasProducers()
                && !producers.load(context.files(), PartitionFolder.producersFile(folder, from))) {
            LOG.warn(
                    "Producer snapshot is missing or damaged, replaying the whole log topic={} partition={} offset={}",
                    id.partition().topic(),
                    id.partition().partition(),
                    from);
            from = segments.get(0).baseOffset();
        }
        long nowMs = context.clock().millis();
        for (Segment segment : segments) {
            if (segment.endOffset() <= from || segment.baseOffset() >= checkpoint.offset()) {
                continue;
            }
            long end = segment.baseOffset() == checkpoint.segmentBase() ? checkpoint.position() : segment.sizeBytes();
            long position =
                    from <= segment.baseOffset() ? 0 : segment.positionBefore(from, config.indexIntervalBytes());
            BatchScan scan = new BatchScan(segment.log(), position, end, segment.baseOffset(), false);
            while (scan.next()) {
                if (scan.head().baseOffset() >= from) {
                    producers.replay(scan.head(), nowMs);
                }
            }
        }
    }

    /** Checks everything behind the recovery point. */
    private void scan() throws IOException {
        endOffset = checkpoint.offset();
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
                cutFrom(i + 1);
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
        cutFrom(index);
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
                if (head.baseOffset() != endOffset
                        && head.baseOffset() >= checkpoint.offset()
                        && head.baseOffset() > endOffset
                        && endOffset >= checkpoint.durableOffset()) {
                    // Whole batches between were lost; nobody was told they are durable.
                    return cut(segment, head.position(), fileBytes);
                }
                noteUndurable(segment, head);
                segment.recovered(head, config.indexIntervalBytes());
                producers.replay(head, nowMs);
                epoch = Math.max(epoch, head.epoch());
                endOffset = head.endOffset();
                scannedBytes += head.sizeInBytes();
                changed = true;
            }
            at = scan.position();
            if (at < fileBytes) {
                if (endOffset >= checkpoint.durableOffset()) {
                    return cut(segment, at, fileBytes);
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

    /** Batches follow each other, or damage that lies between them, so what belongs to a segment is one range. */
    private void noteUndurable(Segment segment, Head head) {
        if (head.endOffset() <= settledOffset()) {
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
            resumeOffset = Math.min(segment.endOffset(), checkpoint.durableOffset());
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

    /**
     * The cut is forced at once. If what was cut came back after another crash, whole batches of it could follow what will
     * have been appended here, and torn ones would end this segment, and with it the log, before a later segment that was
     * forced by itself.
     */
    private boolean cut(Segment segment, long position, long fileBytes) throws IOException {
        if (BatchScan.findValid(segment.log(), position - 1, fileBytes, 0) >= 0) {
            keepCopy(segment, position, fileBytes);
        }
        LOG.warn(
                "Torn end of a log cut topic={} partition={} offset={} bytes={}",
                id.partition().topic(),
                id.partition().partition(),
                endOffset,
                fileBytes - position);
        cutBytes += fileBytes - position;
        segment.log().truncate(position);
        segment.force();
        context.files().forceFolder(folder);
        segment.unforced();
        return false;
    }

    /** Batches behind a hole were never durable, but they are somebody's data: an operator may want to look. */
    private void keepCopy(Segment segment, long position, long fileBytes) throws IOException {
        Path path = folder.resolve(PartitionFolder.name(segment.baseOffset()) + "-" + position + ".cut");
        try (LogFile copy = context.files().open(path, true)) {
            ByteBuffer part = ByteBuffer.allocate((int) Math.min(COPY_BYTES, fileBytes - position));
            for (long at = position; at < fileBytes; at += part.limit()) {
                part.clear();
                segment.log().read(part, at);
                part.flip();
                if (!part.hasRemaining()) {
                    break;
                }
                copy.write(new ByteBuffer[] {part.duplicate()}, at - position);
            }
        } catch (IOException e) {
            LOG.warn("Cut bytes could not be kept file={}", path, e);
        }
    }

    /** Segments behind the end of the log hold nothing that anybody was told is durable. */
    private void cutFrom(int index) throws IOException {
        while (segments.size() > index) {
            Segment segment = segments.remove(segments.size() - 1);
            cutBytes += segment.sizeBytes();
            segment.retire();
            for (Path path : segment.paths()) {
                if (context.files().exists(path)) {
                    boolean keep = path.toString().endsWith(PartitionFolder.LOG) && segment.sizeBytes() > 0;
                    if (keep) {
                        context.files().rename(path, path.resolveSibling(path.getFileName() + ".cut"));
                    } else {
                        context.files().delete(path);
                    }
                }
            }
        }
        context.files().forceFolder(folder);
    }

    /** Offsets that were acknowledged or given up are never given out again, even when their bytes are gone. */
    private void requireDurableEnd() throws IOException {
        long least = Math.max(checkpoint.durableOffset(), checkpoint.startOffset());
        if (endOffset >= least) {
            return;
        }
        long lost = Math.max(endOffset, checkpoint.startOffset());
        if (lost < checkpoint.durableOffset()) {
            damaged.add(lost, checkpoint.durableOffset());
        }
        endOffset = least;
        Segment next = Segment.create(context.cache(), folder, endOffset);
        next.force();
        segments.add(next);
    }

    /** The last segment takes appends: its indexes and size must be those of its end. */
    private void prepareActive() throws IOException {
        Segment active = segments.get(segments.size() - 1);
        if (active.sizeBytes() > 0) {
            BatchScan first = new BatchScan(active.log(), 0, active.sizeBytes(), active.baseOffset(), false);
            long nowMs = context.clock().millis();
            active.firstAppendMs(
                    first.next() && first.head().maxTimestamp() >= 0
                            ? Math.min(nowMs, first.head().maxTimestamp())
                            : nowMs);
        }
    }
}
