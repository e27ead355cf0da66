package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.log.FileCache.RetiredFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * One file of a partition's log: whole batches in offset order, with its offset index and its time index.
 *
 * <p>Single writer: what changes a segment is called from the partition's turn or during recovery. Any thread may read
 * below {@link #sizeBytes}, which is published after the bytes are in the file.
 */
final class Segment {
    private final long baseOffset;
    private final CachedFile log;
    private final OffsetIndex offsets;
    private final TimeIndex times;

    /** Written by the writer only; volatile so that readers see published bytes. */
    private volatile int sizeBytes;

    /** Same rule. Exclusive. */
    private volatile long endOffset;

    private volatile long maxTimestamp = -1;
    private volatile long maxTimestampOffset = -1;

    /** Writes since the last force. Set by the writer, cleared by who is about to force. */
    private volatile boolean dirty;

    /** Held while a force runs, see {@link #force}. */
    private final Object forcing = new Object();

    /** Guarded by {@code forcing}. */
    private boolean forceFailed;

    /** The folder entry was not forced yet. */
    private volatile boolean fresh;

    /** Checksums hold in [verifiedFrom, verifiedTo). Guarded by this. */
    private int verifiedFrom;

    private int verifiedTo;

    private boolean indexesChecked;
    private boolean timesKnown;
    private int bytesSinceIndexEntry;
    private long firstAppendMs;

    private Segment(FileCache cache, Path folder, long baseOffset, String suffix, boolean fresh) {
        Path logFile = PartitionFolder.logFile(folder, baseOffset);
        Path offsetFile = PartitionFolder.offsetIndexFile(folder, baseOffset);
        Path timeFile = PartitionFolder.timeIndexFile(folder, baseOffset);
        this.baseOffset = baseOffset;
        this.log = cache.file(logFile.resolveSibling(logFile.getFileName() + suffix), fresh);
        this.offsets = new OffsetIndex(
                cache.file(offsetFile.resolveSibling(offsetFile.getFileName() + suffix), true), baseOffset);
        this.times =
                new TimeIndex(cache.file(timeFile.resolveSibling(timeFile.getFileName() + suffix), true), baseOffset);
        this.endOffset = baseOffset;
        this.fresh = fresh;
    }

    /** Makes an empty segment; its folder entry is forced with its first force. */
    static Segment create(FileCache cache, Path folder, long baseOffset) throws IOException {
        return create(cache, folder, baseOffset, "");
    }

    /** The same with a suffix behind the names, for one that is not part of the log yet. */
    static Segment create(FileCache cache, Path folder, long baseOffset, String suffix) throws IOException {
        Segment segment = new Segment(cache, folder, baseOffset, suffix, true);
        segment.log.truncate(0);
        segment.offsets.file().clear();
        segment.times.file().clear();
        segment.indexesChecked = true;
        segment.timesKnown = true;
        return segment;
    }

    /** A segment that is there and that nobody will append to: its bytes are looked at when they are needed. */
    static Segment sealed(FileCache cache, Path folder, long baseOffset, long endOffset) throws IOException {
        Segment segment = new Segment(cache, folder, baseOffset, "", false);
        segment.sizeBytes = Math.toIntExact(segment.log.size());
        segment.endOffset = endOffset;
        return segment;
    }

    long baseOffset() {
        return baseOffset;
    }

    long endOffset() {
        return endOffset;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    CachedFile log() {
        return log;
    }

    boolean dirty() {
        return dirty;
    }

    boolean fresh() {
        return fresh;
    }

    /** When it got its first batch in this run, wall clock; 0 when it has none. */
    long firstAppendMs() {
        return firstAppendMs;
    }

    void firstAppendMs(long ms) {
        firstAppendMs = ms;
    }

    /** Writes batches at the end; nothing is published before {@link #published}. */
    void write(ByteBuffer[] batches) throws IOException {
        touched();
        try {
            log.write(batches, sizeBytes);
        } finally {
            touched(); // a force that began in between may have missed the bytes, and has taken the mark away
        }
    }

    private void touched() {
        dirty = true;
        log.pin(true);
    }

    /** Takes back a write that failed. */
    void unwrite() throws IOException {
        log.truncate(sizeBytes);
        offsets.truncate(sizeBytes);
        times.truncate(endOffset);
    }

    /** Publishes what was written: enters the batches into the indexes, then moves the end. */
    void published(List<Head> batches, int indexIntervalBytes) throws IOException {
        for (Head head : batches) {
            index(head, indexIntervalBytes);
        }
        Head last = batches.get(batches.size() - 1);
        synchronized (this) {
            int from = (int) batches.get(0).position();
            if (verifiedTo != from) {
                verifiedFrom = from;
            }
            verifiedTo = (int) last.endPosition();
        }
        endOffset = last.endOffset();
        sizeBytes = (int) last.endPosition();
    }

    /** Enters one batch that is in the file. */
    void index(Head head, int indexIntervalBytes) throws IOException {
        if (head.maxTimestamp() > maxTimestamp) {
            maxTimestampOffset = head.lastOffset();
            maxTimestamp = head.maxTimestamp();
        }
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsets.append(head.lastOffset(), (int) head.position());
            times.append(maxTimestamp, maxTimestampOffset);
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += head.sizeInBytes();
    }

    /**
     * Prepares indexes and end for a recovery that checks the batches from {@code position} on.
     *
     * @param offset the first offset at or after the position
     */
    void recoverFrom(long position, long offset, int indexIntervalBytes) throws IOException {
        long fileBytes = log.size();
        boolean sane = offsets.sane(fileBytes) && times.sane();
        if (!sane) {
            offsets.file().clear();
            times.file().clear();
        }
        offsets.truncate(position);
        times.truncate(offset);
        OffsetIndex.Entry from = offsets.last();
        TimeIndex.Entry time = times.last();
        maxTimestamp = time == null ? -1 : time.timestamp();
        maxTimestampOffset = time == null ? -1 : time.lastOffset();
        // Timestamps between the last entry and the position are known to no index: look at the heads again.
        long scanFrom = from == null ? 0 : from.position();
        BatchScan scan = new BatchScan(log, scanFrom, position, baseOffset, false);
        boolean first = from != null;
        while (scan.next()) {
            if (first) {
                first = false;
                bytesSinceIndexEntry = scan.head().sizeInBytes();
                noteTimestamp(scan.head());
            } else {
                index(scan.head(), indexIntervalBytes);
            }
        }
        endOffset = offset;
        sizeBytes = Math.toIntExact(position);
        indexesChecked = true;
        timesKnown = true;
    }

    private void noteTimestamp(Head head) {
        if (head.maxTimestamp() > maxTimestamp) {
            maxTimestampOffset = head.lastOffset();
            maxTimestamp = head.maxTimestamp();
        }
    }

    /** Recovery found a valid batch with a valid checksum at the end. */
    void recovered(Head head, int indexIntervalBytes) throws IOException {
        index(head, indexIntervalBytes);
        synchronized (this) {
            if (verifiedTo != head.position()) {
                verifiedFrom = (int) head.position();
            }
            verifiedTo = (int) head.endPosition();
        }
        endOffset = head.endOffset();
        sizeBytes = (int) head.endPosition();
    }

    /** Recovery steps over bytes that stay in the file and are never served. */
    void skipTo(long position, long offset) {
        sizeBytes = Math.toIntExact(position);
        endOffset = offset;
        bytesSinceIndexEntry = Integer.MAX_VALUE / 2;
    }

    /** An empty file may have been made right before the crash: its folder is forced with its first force. */
    void nameUnforced() {
        fresh = true;
    }

    /** Nobody knows what of it is on disk: the run that wrote it was killed. The next flush forces it all. */
    void unforced() throws IOException {
        dirty = true;
        fresh = true;
        log.pin(true);
    }

    /**
     * Forces batches, and the folder when the file is new. One after another: the commit thread and a checkpoint may both
     * want it, and neither may take for forced what the other is still forcing. One that failed fails for ever.
     */
    void force() throws IOException {
        synchronized (forcing) {
            if (forceFailed) {
                throw new IOException("an earlier force failed: " + log.path.getFileName());
            }
            dirty = false; // before: what is written meanwhile makes it dirty again
            try {
                forceFiles();
            } catch (RetiredFileException e) {
                throw e;
            } catch (IOException e) {
                forceFailed = true;
                throw e;
            }
        }
    }

    /** As {@link #force}, if there is anything to force when nobody else is forcing any more. */
    boolean forceIfNeeded() throws IOException {
        synchronized (forcing) {
            if (!dirty && !fresh && !forceFailed) {
                return false;
            }
            force();
            return true;
        }
    }

    private void forceFiles() throws IOException {
        log.force();
        if (fresh) {
            log.files().forceFolder(log.path.getParent());
            fresh = false;
        }
        if (!dirty) {
            log.pin(false);
        }
    }

    /** Writes the last time entry and forces both indexes; after this the segment is as Kafka would leave it. */
    void forceIndexes() throws IOException {
        if (timesKnown) {
            times.append(maxTimestamp, maxTimestampOffset);
        }
        offsets.file().flush();
        times.file().flush();
        offsets.file().file().force();
        times.file().file().force();
    }

    void flushIndexes() throws IOException {
        offsets.file().flush();
        times.file().flush();
    }

    boolean verified(long from, long to) {
        synchronized (this) {
            return from >= verifiedFrom && to <= verifiedTo;
        }
    }

    /** Remembers one contiguous verified range: the one that sequential reading or appending makes longer. */
    void markVerified(long from, long to) {
        synchronized (this) {
            if (from <= verifiedTo && to >= verifiedFrom) {
                verifiedFrom = (int) Math.min(from, verifiedFrom);
                verifiedTo = (int) Math.max(to, verifiedTo);
            } else if (to - from > verifiedTo - verifiedFrom) {
                verifiedFrom = (int) from;
                verifiedTo = (int) to;
            }
        }
    }

    /** A position at or before the batch that holds {@code offset}, where a batch starts. */
    int positionBefore(long offset, int indexIntervalBytes) throws IOException {
        checkIndexes(indexIntervalBytes);
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

    /** The largest timestamp in the segment, or -1. */
    long maxTimestamp(int indexIntervalBytes) throws IOException {
        if (!timesKnown) {
            checkIndexes(indexIntervalBytes);
        }
        return maxTimestamp;
    }

    /** A position from which on the first record at or after {@code timestamp} lies. */
    int positionBeforeTime(long timestamp, int indexIntervalBytes) throws IOException {
        checkIndexes(indexIntervalBytes);
        TimeIndex.Entry entry = times.below(timestamp);
        return entry == null ? 0 : positionBefore(entry.lastOffset(), indexIntervalBytes);
    }

    /** Looks once at both indexes as a whole and rebuilds them when they cannot be right. */
    private synchronized void checkIndexes(int indexIntervalBytes) throws IOException {
        if (indexesChecked) {
            return;
        }
        TimeIndex.Entry last = times.last();
        boolean sane = offsets.sane(sizeBytes) && times.sane() && (last != null || sizeBytes == 0);
        if (sane) {
            maxTimestamp = last == null ? -1 : last.timestamp();
            maxTimestampOffset = last == null ? -1 : last.lastOffset();
        } else {
            rebuildIndexes(indexIntervalBytes);
        }
        timesKnown = true;
        indexesChecked = true;
    }

    private void rebuildIndexes(int indexIntervalBytes) throws IOException {
        offsets.file().clear();
        times.file().clear();
        maxTimestamp = -1;
        maxTimestampOffset = -1;
        bytesSinceIndexEntry = 0;
        long position = 0;
        while (position >= 0 && position < sizeBytes) {
            BatchScan scan = new BatchScan(log, position, sizeBytes, baseOffset, false);
            while (scan.next()) {
                index(scan.head(), indexIntervalBytes);
            }
            position =
                    scan.atEnd() ? sizeBytes : BatchScan.findValid(log, scan.position(), sizeBytes, scan.endOffset());
        }
        times.append(maxTimestamp, maxTimestampOffset);
        flushIndexes();
    }

    /** Keeps its files open until {@link #letGo}: what readers see stays, whatever their names become. */
    void hold() throws IOException {
        for (CachedFile file : files()) {
            file.hold();
        }
    }

    void letGo() throws IOException {
        for (CachedFile file : files()) {
            file.letGo();
        }
    }

    private List<CachedFile> files() {
        return List.of(log, offsets.file().file(), times.file().file());
    }

    /** Nobody new may read it; files close when the last reader is done. */
    void retire() throws IOException {
        log.retire();
        offsets.file().file().retire();
        times.file().file().retire();
    }

    List<Path> paths() {
        return List.of(log.path, offsets.file().file().path, times.file().file().path);
    }
}
