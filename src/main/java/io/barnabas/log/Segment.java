package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.log.FileCache.RetiredFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One file of a partition's log: whole batches in offset order, with its {@link SegmentIndexes}.
 *
 * <p>Single writer: what changes a segment is called from the partition's turn or during recovery. Any thread may read
 * below {@link #sizeBytes}, which is published after the bytes are in the file.
 */
final class Segment {
    private final long baseOffset;
    private final CachedFile log;
    private final SegmentIndexes indexes;
    private final VerifiedRange verified = new VerifiedRange();

    /** Written by the writer only; volatile so that readers see published bytes. */
    private volatile int sizeBytes;

    /** Same rule. Exclusive. */
    private volatile long endOffset;

    /** Writes since the last force. Set by the writer, cleared by who is about to force. */
    private volatile boolean dirty;

    /** Held while a force runs, see {@link #force}. */
    private final Object forcing = new Object();

    /** Guarded by {@code forcing}. */
    private boolean forceFailed;

    /** The folder entry was not forced yet. */
    private volatile boolean fresh;

    private long firstAppendMs;

    private Segment(FileCache cache, Path folder, long baseOffset, String suffix, boolean fresh) {
        Path logFile = PartitionFolder.logFile(folder, baseOffset);
        this.baseOffset = baseOffset;
        this.log = cache.file(logFile.resolveSibling(logFile.getFileName() + suffix), fresh);
        this.indexes = new SegmentIndexes(cache, folder, baseOffset, suffix, log);
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
        segment.indexes.clear();
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
        indexes.truncate(sizeBytes, endOffset);
    }

    /** Publishes what was written: enters the batches into the indexes, then moves the end. */
    void published(List<Head> batches, int indexIntervalBytes) throws IOException {
        indexes.enter(batches, indexIntervalBytes);
        Head last = batches.get(batches.size() - 1);
        verified.follow(batches.get(0).position(), last.endPosition());
        endOffset = last.endOffset();
        sizeBytes = (int) last.endPosition();
    }

    /**
     * Prepares indexes and end for a recovery that checks the batches from {@code position} on.
     *
     * @param offset the first offset at or after the position
     */
    void recoverFrom(long position, long offset, int indexIntervalBytes) throws IOException {
        indexes.recoverFrom(position, offset, indexIntervalBytes);
        endOffset = offset;
        sizeBytes = Math.toIntExact(position);
    }

    /** Recovery found a valid batch with a valid checksum at the end. */
    void recovered(Head head, int indexIntervalBytes) throws IOException {
        indexes.enter(head, indexIntervalBytes);
        verified.follow(head.position(), head.endPosition());
        endOffset = head.endOffset();
        sizeBytes = (int) head.endPosition();
    }

    /** Recovery steps over bytes that stay in the file and are never served. */
    void skipTo(long position, long offset) {
        sizeBytes = Math.toIntExact(position);
        endOffset = offset;
        indexes.gap();
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
        indexes.force();
    }

    /** Whether the checksums in a range of bytes are known to hold. */
    boolean verified(long from, long to) {
        return verified.covers(from, to);
    }

    void markVerified(long from, long to) {
        verified.add(from, to);
    }

    /** A position at or before the batch that holds {@code offset}, where a batch starts. */
    int positionBefore(long offset, int indexIntervalBytes) throws IOException {
        return indexes.positionBefore(offset, sizeBytes, indexIntervalBytes);
    }

    /** The largest timestamp in the segment, or -1. */
    long maxTimestamp(int indexIntervalBytes) throws IOException {
        return indexes.maxTimestamp(sizeBytes, indexIntervalBytes);
    }

    /** A position from which on the first record at or after {@code timestamp} lies. */
    int positionBeforeTime(long timestamp, int indexIntervalBytes) throws IOException {
        return indexes.positionBeforeTime(timestamp, sizeBytes, indexIntervalBytes);
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
        List<CachedFile> files = new ArrayList<>(List.of(log));
        files.addAll(indexes.files());
        return files;
    }

    /** Nobody new may read it; files close when the last reader is done. */
    void retire() throws IOException {
        for (CachedFile file : files()) {
            file.retire();
        }
    }

    List<Path> paths() {
        return files().stream().map(file -> file.path).toList();
    }
}
