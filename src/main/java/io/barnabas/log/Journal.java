package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * <p>Thread-safe by one lock: the commit thread writes, the checkpointer starts new files and drops old ones.
 * The commit thread holds the lock for a whole round, so that a file is never ended between a write and its force.
 */
final class Journal {
    static final int HEADER_BYTES = 72;
    static final String SUFFIX = ".journal";

    private final LogFiles files;
    private final Path folder;
    private final long bytesMost;

    /** Files that were ended, with their sizes; guarded by this like all below. */
    private final TreeMap<Long, Long> ended = new TreeMap<>();

    private long sequence;
    private LogFile file;
    private long size;
    private boolean fresh;

    Journal(LogFiles files, Path dataDir, long sequence, long bytesMost) {
        this.files = files;
        this.folder = folder(dataDir);
        this.sequence = sequence;
        this.bytesMost = bytesMost;
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

    synchronized boolean fits(long bytes) {
        return sizeBytes() + bytes <= bytesMost;
    }

    synchronized long sizeBytes() {
        long total = size;
        for (long old : ended.values()) {
            total += old;
        }
        return total;
    }

    /** Writes entries; when that fails nothing of them counts. */
    synchronized void write(List<Entry> entries) throws IOException {
        if (file == null) {
            file = files.open(file(folder, sequence), true);
            fresh = true;
        }
        List<ByteBuffer> out = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : entries) {
            out.add(header(entry, sequence));
            for (ByteBuffer part : entry.bytes) {
                out.add(part.duplicate());
            }
            bytes += entry.sizeInBytes();
        }
        try {
            file.write(out.toArray(ByteBuffer[]::new), size);
        } catch (IOException e) {
            try {
                file.truncate(size);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
        size += bytes;
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
            ended.put(sequence, size);
            file = null;
            size = 0;
            sequence++;
        }
        return sequence - 1;
    }

    /** Removes ended files up to a number: all that they hold is in the segments, durably. */
    synchronized void dropThrough(long last) throws IOException {
        while (!ended.isEmpty() && ended.firstKey() <= last) {
            files.delete(file(folder, ended.firstKey()));
            ended.pollFirstEntry();
        }
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
