package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The offset index and the time index of one {@link Segment}, and the largest timestamp in it. Only the segment calls
 * this.
 *
 * <p>Single writer, as the segment: what enters batches is called from the partition's turn or during recovery. Any
 * thread may look a position up. A position that is given out is where a batch starts, at or before the one asked for:
 * what the index says is held against the file, and indexes that cannot be right are rebuilt from it.
 */
final class SegmentIndexes {
    private final CachedFile log;
    private final long baseOffset;
    private final OffsetIndex offsets;
    private final TimeIndex times;

    /** Written by the writer, or under this by who checks a segment without a writer; volatile for readers. */
    private volatile long maxTimestamp = -1;

    private volatile long maxTimestampOffset = -1;

    private boolean checked;
    private boolean timesKnown;
    private int bytesSinceEntry;

    SegmentIndexes(FileCache cache, Path folder, long baseOffset, String suffix, CachedFile log) {
        Path offsetFile = PartitionFolder.offsetIndexFile(folder, baseOffset);
        Path timeFile = PartitionFolder.timeIndexFile(folder, baseOffset);
        this.log = log;
        this.baseOffset = baseOffset;
        this.offsets = new OffsetIndex(
                cache.file(offsetFile.resolveSibling(offsetFile.getFileName() + suffix), true), baseOffset);
        this.times =
                new TimeIndex(cache.file(timeFile.resolveSibling(timeFile.getFileName() + suffix), true), baseOffset);
    }

    /** Those of an empty segment. */
    void clear() throws IOException {
        clearFiles();
        checked = true;
        timesKnown = true;
    }

    private void clearFiles() throws IOException {
        offsets.file().clear();
        times.file().clear();
    }

    /** Enters batches that are in the file. */
    void enter(List<Head> batches, int indexIntervalBytes) throws IOException {
        for (Head head : batches) {
            enter(head, indexIntervalBytes);
        }
    }

    /** Enters one batch that is in the file. */
    void enter(Head head, int indexIntervalBytes) throws IOException {
        noteTimestamp(head);
        if (bytesSinceEntry > indexIntervalBytes) {
            offsets.append(head.lastOffset(), (int) head.position());
            times.append(maxTimestamp, maxTimestampOffset);
            bytesSinceEntry = 0;
        }
        bytesSinceEntry += head.sizeInBytes();
    }

    private void noteTimestamp(Head head) {
        if (head.maxTimestamp() > maxTimestamp) {
            maxTimestampOffset = head.lastOffset();
            maxTimestamp = head.maxTimestamp();
        }
    }

    /** Bytes that are no batches lie before the next one: it gets an entry. */
    void gap() {
        bytesSinceEntry = Integer.MAX_VALUE / 2;
    }

    /** Drops what speaks of batches from a position on, which has this offset. */
    void truncate(long position, long offset) throws IOException {
        offsets.truncate(position);
        times.truncate(offset);
    }

    /**
     * Prepares for a recovery that enters the batches from {@code position} on.
     *
     * @param offset the first offset at or after the position
     */
    void recoverFrom(long position, long offset, int indexIntervalBytes) throws IOException {
        boolean sane = offsets.sane(log.size()) && times.sane();
        if (!sane) {
            clearFiles();
        }
        truncate(position, offset);
        OffsetIndex.Entry from = offsets.last();
        takeTimestamp(times.last());
        // Timestamps between the last entry and the position are known to no index: look at the heads again.
        long scanFrom = from == null ? 0 : from.position();
        BatchScan scan = new BatchScan(log, scanFrom, position, baseOffset, false);
        boolean first = from != null;
        while (scan.next()) {
            if (first) {
                first = false;
                bytesSinceEntry = scan.head().sizeInBytes();
                noteTimestamp(scan.head());
            } else {
                enter(scan.head(), indexIntervalBytes);
            }
        }
        checked = true;
        timesKnown = true;
    }

    private void takeTimestamp(TimeIndex.Entry last) {
        maxTimestamp = last == null ? -1 : last.timestamp();
        maxTimestampOffset = last == null ? -1 : last.lastOffset();
    }

    /** Writes the last time entry and forces both; after this they are as Kafka would leave them. */
    void force() throws IOException {
        if (timesKnown) {
            times.append(maxTimestamp, maxTimestampOffset);
        }
        flush();
        offsets.file().file().force();
        times.file().file().force();
    }

    private void flush() throws IOException {
        offsets.file().flush();
        times.file().flush();
    }

    /**
     * A position at or before the batch that holds {@code offset}, where a batch starts.
     *
     * @param sizeBytes how much of the file may be read
     */
    int positionBefore(long offset, int sizeBytes, int indexIntervalBytes) throws IOException {
        check(sizeBytes, indexIntervalBytes);
        OffsetIndex.Entry entry = offsets.floor(offset);
        if (entry == null) {
            return 0;
        }
        BatchScan scan = new BatchScan(log, entry.position(), sizeBytes, baseOffset, false);
        if (scan.next() && scan.head().lastOffset() == entry.lastOffset()) {
            return entry.position();
        }
        return 0;
    }

    /** A position from which on the first record at or after {@code timestamp} lies. */
    int positionBeforeTime(long timestamp, int sizeBytes, int indexIntervalBytes) throws IOException {
        check(sizeBytes, indexIntervalBytes);
        TimeIndex.Entry entry = times.below(timestamp);
        return entry == null ? 0 : positionBefore(entry.lastOffset(), sizeBytes, indexIntervalBytes);
    }

    /** The largest timestamp in the segment, or -1. */
    long maxTimestamp(int sizeBytes, int indexIntervalBytes) throws IOException {
        if (!timesKnown) {
            check(sizeBytes, indexIntervalBytes);
        }
        return maxTimestamp;
    }

    /**
     * Looks once at both indexes as a whole and rebuilds them when they cannot be right. Synchronized, so that several
     * readers who come first do that once.
     */
    private synchronized void check(int sizeBytes, int indexIntervalBytes) throws IOException {
        if (checked) {
            return;
        }
        TimeIndex.Entry last = times.last();
        boolean sane = offsets.sane(sizeBytes) && times.sane() && (last != null || sizeBytes == 0);
        if (sane) {
            takeTimestamp(last);
        } else {
            rebuild(sizeBytes, indexIntervalBytes);
        }
        timesKnown = true;
        checked = true;
    }

    private void rebuild(int sizeBytes, int indexIntervalBytes) throws IOException {
        clearFiles();
        takeTimestamp(null);
        bytesSinceEntry = 0;
        long position = 0;
        while (position >= 0 && position < sizeBytes) {
            BatchScan scan = new BatchScan(log, position, sizeBytes, baseOffset, false);
            while (scan.next()) {
                enter(scan.head(), indexIntervalBytes);
            }
            position =
                    scan.atEnd() ? sizeBytes : BatchScan.findValid(log, scan.position(), sizeBytes, scan.endOffset());
        }
        times.append(maxTimestamp, maxTimestampOffset);
        flush();
    }

    /** The files of both, the offset index's first. */
    List<CachedFile> files() {
        return List.of(offsets.file().file(), times.file().file());
    }
}
