package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rewrites the older segments of one log so that of each key the newest record is left, at its offset. Segments that
 * are appended to, not forced yet, or younger than the lag are left alone. Used once, on the housekeeping thread.
 *
 * <p>A tombstone that is its key's newest record stays through the first compaction that sees it and until it is older
 * than the delete retention, so that readers who go on from before learn of the deletion.
 *
 * <p>Memory is bounded by the keys' budget: when it is used up, the rest waits for the next compaction.
 */
final class Compaction {
    private final EngineContext context;
    private final EmbeddedPartitionLog log;
    private final LogConfig config;
    private final long nowMs;
    private final Throttle throttle;
    private NewestRecords newest;

    /** Where the last batch of each producer ends that may still be repeated: that batch stays, if need be empty. */
    private Map<Long, Long> producerEnds = Map.of();

    private long firstDirtyOffset;
    private long endOffset;

    Compaction(EngineContext context, EmbeddedPartitionLog log, long nowMs, Throttle throttle) {
        this.context = context;
        this.log = log;
        this.config = log.config();
        this.nowMs = nowMs;
        this.throttle = throttle;
    }

    /** Compacts when it is worth it. */
    void run() throws IOException {
        LogCheckpoint checkpoint = context.checkpoints().of(log.id());
        if (!config.compact() || checkpoint == null || !log.damaged().all().isEmpty()) {
            return; // damage stays where it is until an operator has decided
        }
        List<Segment> cleanable = cleanable(checkpoint);
        firstDirtyOffset = checkpoint.cleanedOffset();
        if (!worthwhile(cleanable)) {
            return;
        }
        producerEnds = log.turn(() -> log.writer().producers().lastOffsets()).join();
        readKeys(cleanable);
        for (List<Segment> group : groups(cleanable)) {
            rewrite(group);
        }
        context.checkpoints().change(log.id(), known -> known.withCleaned(endOffset));
        context.checkpoints().save();
    }

    private List<Segment> cleanable(LogCheckpoint checkpoint) throws IOException {
        List<Segment> found = new ArrayList<>();
        for (Segment segment : log.segments().all()) {
            // Batches behind the snapshot of producers are its only memory.
            long remembered = Math.min(checkpoint.offset(), checkpoint.producersOffset());
            boolean settled = segment.baseOffset() < checkpoint.segmentBase()
                    && segment.endOffset() <= Math.min(remembered, log.highWatermark());
            boolean young = config.minCompactionLagMs() > 0
                    && segment.maxTimestamp(config.indexIntervalBytes()) > nowMs - config.minCompactionLagMs();
            if (!settled || young) {
                break;
            }
            found.add(segment);
        }
        return found;
    }

    private boolean worthwhile(List<Segment> cleanable) {
        long total = 0;
        long dirty = 0;
        for (Segment segment : cleanable) {
            total += segment.sizeBytes();
            dirty += segment.endOffset() > firstDirtyOffset ? segment.sizeBytes() : 0;
        }
        return dirty > 0 && dirty >= config.minCleanableDirtyRatio() * total;
    }

    /** Finds the newest offset of each key in what was not compacted yet, as far as memory reaches. */
    private void readKeys(List<Segment> cleanable) throws IOException {
        newest = new NewestRecords(config, nowMs, firstDirtyOffset);
        endOffset = firstDirtyOffset;
        for (Segment segment : cleanable) {
            if (segment.endOffset() <= firstDirtyOffset) {
                continue;
            }
            BatchScan scan = checked(segment);
            while (scan.next()) {
                moved(scan.head().sizeInBytes());
                if (scan.head().lastOffset() < firstDirtyOffset) {
                    continue;
                }
                RecordCursor records = scan.batch().records(RecordLimits.DEFAULT);
                while (records.next()) {
                    newest.note(records);
                }
                endOffset = scan.head().endOffset();
                if (newest.keyBytes() > context.settings().compactionMapBytes()) {
                    return;
                }
            }
            requireWhole(segment, scan);
            endOffset = segment.endOffset();
        }
    }

    /** @throws BarnabasException {@code NOT_OWNER} when the log is closed meanwhile: the next owner compacts it */
    private void moved(long bytes) {
        throttle.moved(bytes, () -> log.closing() != null);
        if (log.closing() != null) {
            throw new BarnabasException(ErrorCode.NOT_OWNER, log.id() + " was closed while it was compacted");
        }
    }

    /** Neighbours whose batches fit into one segment together, whatever is left of them. */
    private List<List<Segment>> groups(List<Segment> cleanable) {
        List<List<Segment>> groups = new ArrayList<>();
        List<Segment> group = new ArrayList<>();
        long bytes = 0;
        for (Segment segment : cleanable) {
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            boolean fits = bytes + segment.sizeBytes() <= config.segmentBytes()
                    && (group.isEmpty() || segment.endOffset() - group.get(0).baseOffset() < Integer.MAX_VALUE);
            if (!group.isEmpty() && !fits) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = 0;
            }
            group.add(segment);
            bytes += segment.sizeBytes();
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }

    private void rewrite(List<Segment> group) throws IOException {
        long base = group.get(0).baseOffset();
        Path folder = log.folder();
        Segment cleaned = Segment.create(context.cache(), folder, base, PartitionFolder.CLEANED);
        long before = 0;
        for (Segment segment : group) {
            before += segment.sizeBytes();
            BatchScan scan = checked(segment);
            while (scan.next()) {
                moved(scan.head().sizeInBytes());
                copy(scan, cleaned);
            }
            requireWhole(segment, scan);
        }
        int after = cleaned.sizeBytes();
        cleaned.force();
        cleaned.forceIndexes();
        cleaned.retire();
        context.files().forceFolder(folder);
        List<Long> bases = group.stream().map(Segment::baseOffset).toList();
        if (!log.turn(() -> log.trim().reserve(group)).join()) {
            throw new BarnabasException(ErrorCode.ILLEGAL_STATE, log.id() + " was truncated while compacted");
        }
        try {
            swap(group, bases);
        } finally {
            log.trim().release();
        }
        context.events().compacted(log.id(), before, after);
    }

    private void copy(BatchScan scan, Segment cleaned) throws IOException {
        RecordBatch batch = scan.batch();
        NewestRecords.Left left = newest.retain(batch, endOffset);
        Head old = scan.head();
        boolean lastOfProducer = producerEnds.getOrDefault(old.producerId(), -1L) == old.lastOffset();
        if (left.records() == 0 && !lastOfProducer) {
            return;
        }
        RecordBatch written = RecordBatch.at(left.bytes());
        Head head = new Head(
                cleaned.sizeBytes(),
                left.bytes().remaining(),
                old.baseOffset(),
                old.lastOffset(),
                old.epoch(),
                written.baseTimestamp(),
                written.maxTimestamp(),
                old.producerId(),
                old.producerEpoch(),
                old.baseSequence(),
                old.lastSequence());
        moved(left.bytes().remaining());
        cleaned.write(new ByteBuffer[] {left.bytes().duplicate()});
        cleaned.published(List.of(head), config.indexIntervalBytes());
    }

    /**
     * Beside the turns, because it forces folders; truncation leaves reserved segments alone meanwhile. Old files are
     * held open while their names go to the new one: readers that are in them go on undisturbed.
     */
    private void swap(List<Segment> group, List<Long> bases) throws IOException {
        Segment first = group.get(0);
        for (Segment segment : group) {
            segment.hold();
        }
        CompactionSwap.commit(context.files(), log.folder(), first.baseOffset(), bases);
        CompactionSwap.finish(context.files(), log.folder());
        long end = group.get(group.size() - 1).endOffset();
        Segment cleaned = Segment.sealed(context.cache(), log.folder(), first.baseOffset(), end);
        try {
            log.turn(() -> {
                        log.segments().replace(group, List.of(cleaned));
                        return null;
                    })
                    .join();
        } finally {
            for (Segment segment : group) {
                segment.letGo();
                segment.retire();
            }
        }
    }

    private BatchScan checked(Segment segment) {
        return new BatchScan(segment.log(), 0, segment.sizeBytes(), segment.baseOffset(), true);
    }

    /** Never compacts damage away. */
    private void requireWhole(Segment segment, BatchScan scan) {
        if (!scan.atEnd()) {
            log.damaged().add(scan.endOffset(), Math.max(scan.endOffset() + 1, segment.endOffset()));
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA, log.id() + " is not compacted: damaged at offset " + scan.endOffset());
        }
    }
}
