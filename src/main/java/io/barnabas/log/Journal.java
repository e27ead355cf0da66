package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The journal that all partitions share: one force of it makes batches of any number of partitions durable. What it
 * holds is a copy of bytes that are in the segments' page cache already, with the place where they belong.
 *
 * <p>Files {@code journal/{20 digits}.journal}, numbered upwards, each a row of entries, big-endian:
 *
 * <pre>
 *  0 int32 length        bytes of the whole entry        32 int32 partition
 *  4 int32 crc32c        of bytes 8 to the end           36 int32 (zero)
 *  8 int64 sequence      the file's number               40 int64 segmentBase   file name of the segment
 * 16 int64 topicId, high half                            48 int64 position      in the segment
 * 24 int64 topicId, low half                             56 int64 baseOffset    inclusive
 *                                                        64 int64 endOffset     exclusive
 *                                                        72 the batches' bytes; none: a mark
 * </pre>
 *
 * <p>A mark says that the segment itself was forced up to {@code endOffset}. The first entry that is not valid ends its
 * file: an entry is acknowledged only after a force that covers all before it.
 *
 * <p>Files are used again under a new number, so that their forces need not write metadata; what stands behind the last
 * entry carries another number, or none, and is no entry of this file.
 *
 * <p>Thread-safe by one lock: the commit thread writes, the checkpointer starts new files and drops old ones.
 * The commit thread holds the lock for a whole round, so that a file is never ended between a write and its force.
 */
final class Journal {
    static final int HEADER_BYTES = 72;
    static final String SUFFIX = ".journal";
    static final String SPARE = ".spare";
    private static final int SPARES_MOST = 2;
    private static final int STAGING_BYTES = 1 << 20;
    private static final int ALLOCATION_BYTES = 1 << 20;

    private final LogFiles files;
    private final Path folder;
    private final long bytesMost;

    /** Files that were ended, with their sizes; guarded by this like all below. */
    private final TreeMap<Long, Ended> ended = new TreeMap<>();

    /** Files of this run that are not needed any more, with their lengths. A start removes those of the run before. */
    private final Deque<Map.Entry<Path, Long>> spares = new ArrayDeque<>();

    private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);

    private long sequence;
    private LogFile file;
    private long size;

    /** The file's length; behind {@code size} it holds zeros or what it held in its life before. */
    private long allocated;

    private boolean fresh;

    /** @param replayed files of the run before, kept until the first checkpoint is through */
    Journal(LogFiles files, Path dataDir, long sequence, long bytesMost, SortedMap<Long, Ended> replayed) {
        this.files = files;
        this.folder = folder(dataDir);
        this.sequence = sequence;
        this.bytesMost = bytesMost;
        ended.putAll(replayed);
    }

    static Path folder(Path dataDir) {
        return dataDir.resolve("journal");
    }

    static Path file(Path folder, long sequence) {
        return folder.resolve(PartitionFolder.name(sequence) + SUFFIX);
    }

    /** Contiguous batches of one log in one segment; {@code bytes} back to back, empty for a mark. */
    record Entry(LogId id, long segmentBase, long position, long baseOffset, long endOffset, List<ByteBuffer> bytes) {
        int sizeInBytes() {
            int size = HEADER_BYTES;
            for (ByteBuffer part : bytes) {
                size += part.remaining();
            }
            return size;
        }
    }

    /**
     * A file that takes no more entries.
     *
     * @param size bytes of entries
     * @param allocated bytes of the file
     */
    record Ended(long size, long allocated) {}

    synchronized boolean fits(long bytes) {
        return sizeBytes() + bytes <= bytesMost;
    }

    synchronized long sizeBytes() {
        long total = size;
        for (Ended old : ended.values()) {
            total += old.size;
        }
        return total;
    }

    /** Writes entries; when that fails nothing of them counts. */
    synchronized void write(List<Entry> entries) throws IOException {
        if (file == null) {
            start();
        }
        long at = size;
        try {
            for (Entry entry : entries) {
                at = stage(header(entry, sequence), at);
                for (ByteBuffer part : entry.bytes) {
                    at = stage(part.duplicate(), at);
                }
            }
            at = flush(at);
        } catch (IOException e) {
            staging.clear();
            allocated = size;
            try {
                file.truncate(size);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        size = at;
    }

    /** A file that was used before keeps its blocks, so that a force of it has no metadata to write. */
    private void start() throws IOException {
        Path path = file(folder, sequence);
        Map.Entry<Path, Long> spare = spares.pollFirst();
        if (spare != null) {
            files.rename(spare.getKey(), path);
        }
        file = files.open(path, true);
        allocated = spare == null ? 0 : spare.getValue();
        fresh = true;
    }

    /** Copies into one buffer outside the heap: thousands of small pieces go out with a few writes. */
    private long stage(ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            if (!staging.hasRemaining()) {
                at = flush(at);
            }
            int length = Math.min(bytes.remaining(), staging.remaining());
            staging.put(bytes.slice().limit(length));
            bytes.position(bytes.position() + length);
        }
        return at;
    }

    private long flush(long position) throws IOException {
        int length = staging.flip().remaining();
        if (position + length > allocated) {
            allocate(position + length);
        }
        file.write(new ByteBuffer[] {staging}, position);
        staging.clear();
        return position + length;
    }

    /** Lengthens the file in large steps: forces in between find its length and blocks as they are. */
    private void allocate(long least) throws IOException {
        long next = Math.min(Math.max(least, allocated + ALLOCATION_BYTES), Math.max(least, bytesMost));
        if (next > least) {
            file.write(new ByteBuffer[] {ByteBuffer.allocate((int) (next - least))}, least);
        }
        allocated = next;
    }

    /** Makes everything written durable. Never to be tried again after a failure. */
    synchronized void force() throws IOException {
        file.force();
        if (fresh) {
            files.forceFolder(folder);
            fresh = false;
        }
    }

    /** Ends the current file; answers the number of the last ended one, all of which may be dropped together. */
    synchronized long rotate() throws IOException {
        if (file != null) {
            file.close();
            ended.put(sequence, new Ended(size, allocated));
            file = null;
            size = 0;
            allocated = 0;
            sequence++;
        }
        return sequence - 1;
    }

    /** Lets ended files go up to a number: all that they hold is in the segments, durably. Some are used again. */
    synchronized void dropThrough(long last) throws IOException {
        while (!ended.isEmpty() && ended.firstKey() <= last) {
            Map.Entry<Long, Ended> gone = ended.pollFirstEntry();
            Path path = file(folder, gone.getKey());
            if (spares.size() < SPARES_MOST && spareBytes() + gone.getValue().allocated <= bytesMost) {
                Path spare = path.resolveSibling(path.getFileName() + SPARE);
                files.rename(path, spare);
                spares.add(Map.entry(spare, gone.getValue().allocated));
            } else {
                files.delete(path);
            }
        }
    }

    private long spareBytes() {
        long bytes = sizeBytes();
        for (Map.Entry<Path, Long> spare : spares) {
            bytes += spare.getValue();
        }
        return bytes;
    }

    synchronized void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    static ByteBuffer header(Entry entry, long sequence) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(entry.sizeInBytes()).putInt(0).putLong(sequence);
        header.putLong(entry.id.topicId().getMostSignificantBits());
        header.putLong(entry.id.topicId().getLeastSignificantBits());
        header.putInt(entry.id.partition().partition()).putInt(0);
        header.putLong(entry.segmentBase).putLong(entry.position);
        header.putLong(entry.baseOffset).putLong(entry.endOffset);
        CRC32C crc = new CRC32C();
        crc.update(header.slice(8, HEADER_BYTES - 8));
        for (ByteBuffer part : entry.bytes) {
            crc.update(part.duplicate());
        }
        return header.putInt(4, (int) crc.getValue()).flip();
    }
}
