package io.barnabas.log;

import io.barnabas.log.Durability.Written;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a partition's files as they were left and finds out what the log is. Used once, on one thread.
 *
 * <p>Everything before the checkpoint's recovery point is on disk and is not looked at; what lies behind it is checked
 * batch by batch, see {@link LogScan}.
 *
 * <p>Nothing waits for the disk here, however much was written behind the last checkpoint. What was found behind the
 * durable offset is shown when the next checkpoint has forced it.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final EngineContext context;
    private final LogId id;
    private final Path folder;
    private final LogConfig config;
    private final List<Segment> segments = new ArrayList<>();
    private final Producers producers;

    private DamagedRanges damaged;
    private LogCheckpoint checkpoint;
    private long endOffset;

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
        openSegments(bases);
        recoverProducers();
        LogScan scan = new LogScan(context, id, config, checkpoint, segments, producers, damaged);
        scan.run();
        endOffset = scan.endOffset();
        requireDurableEnd();
        prepareActive();
        context.events()
                .recovered(
                        id,
                        scan.scannedBytes(),
                        scan.cutBytes(),
                        context.nanoTime().getAsLong() - start);
        long startOffset = Math.max(checkpoint.startOffset(), segments.get(0).baseOffset());
        long durable = Math.max(startOffset, Math.min(endOffset, checkpoint.settledOffset()));
        return new Recovered(
                folder,
                new Segments(segments),
                producers,
                damaged,
                checkpoint,
                startOffset,
                durable,
                endOffset,
                scan.undurable(),
                scan.epoch());
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
                    id.topicId(), checkpoint.epoch(), checkpoint.startOffset(), base, 0, base, base, base, false, base);
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
