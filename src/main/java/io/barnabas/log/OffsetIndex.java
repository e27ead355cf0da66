package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * From offset to file position, sparse, in Kafka's format: 4-byte offset relative to the segment's base, 4-byte
 * position, both big-endian. An entry holds the <b>last</b> offset of the batch that starts at its position.
 * Thread-safe.
 */
final class OffsetIndex {
    static final int ENTRY_BYTES = 8;

    private final IndexFile entries;
    private final long baseOffset;

    OffsetIndex(CachedFile file, long baseOffset) {
        this.entries = new IndexFile(file, ENTRY_BYTES);
        this.baseOffset = baseOffset;
    }

    /** A batch's last offset and where it starts. */
    record Entry(long lastOffset, int position) {}

    IndexFile file() {
        return entries;
    }

    void append(long lastOffset, int position) throws IOException {
        entries.append(ByteBuffer.allocate(ENTRY_BYTES)
                .putInt((int) (lastOffset - baseOffset))
                .putInt(position)
                .flip());
    }

    /** The last entry whose offset is at most {@code offset}, or null. */
    Entry floor(long offset) throws IOException {
        int low = 0;
        int high = entries.count() - 1;
        Entry found = null;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Entry entry = entry(middle);
            if (entry.lastOffset <= offset) {
                found = entry;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return found;
    }

    Entry last() throws IOException {
        int count = entries.count();
        return count == 0 ? null : entry(count - 1);
    }

    /** Drops entries of batches that start at or after a position. */
    void truncate(long position) throws IOException {
        int keep = entries.count();
        while (keep > 0 && entry(keep - 1).position >= position) {
            keep--;
        }
        entries.truncate(keep);
    }

    /** Whether entries rise and lie inside of a segment of this size. Reads the whole index. */
    boolean sane(long segmentBytes) throws IOException {
        if (!entries.wholeEntries()) {
            return false;
        }
        ByteBuffer all = entries.all();
        int lastOffset = -1;
        int lastPosition = -1;
        while (all.hasRemaining()) {
            int offset = all.getInt();
            int position = all.getInt();
            if (offset <= lastOffset || position <= lastPosition || position >= segmentBytes) {
                return false;
            }
            lastOffset = offset;
            lastPosition = position;
        }
        return true;
    }

    private Entry entry(int index) throws IOException {
        ByteBuffer entry = entries.entry(index);
        return new Entry(baseOffset + entry.getInt(), entry.getInt());
    }
}
