package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * From time to offset, sparse, in Kafka's format: 8-byte timestamp, 4-byte offset relative to the segment's base, both
 * big-endian. An entry says: the largest timestamp so far is this one, first reached by the batch with this
 * <b>last</b> offset. Timestamps and offsets rise strictly. Thread-safe.
 */
final class TimeIndex {
    static final int ENTRY_BYTES = 12;

    private final IndexFile entries;
    private final long baseOffset;

    TimeIndex(CachedFile file, long baseOffset) {
        this.entries = new IndexFile(file, ENTRY_BYTES);
        this.baseOffset = baseOffset;
    }

    /** The largest timestamp so far and the last offset of the batch that has it. */
    record Entry(long timestamp, long lastOffset) {}

    IndexFile file() {
        return entries;
    }

    /** Adds an entry when it rises above the last; otherwise does nothing. */
    void append(long timestamp, long lastOffset) throws IOException {
        Entry last = last();
        if (timestamp >= 0
                && lastOffset >= baseOffset
                && (last == null || (timestamp > last.timestamp && lastOffset > last.lastOffset))) {
            entries.append(ByteBuffer.allocate(ENTRY_BYTES)
                    .putLong(timestamp)
                    .putInt((int) (lastOffset - baseOffset))
                    .flip());
        }
    }

    /** The last entry whose timestamp is below {@code timestamp}, or null: nothing up to it can be the answer. */
    Entry below(long timestamp) throws IOException {
        int low = 0;
        int high = entries.count() - 1;
        Entry found = null;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Entry entry = entry(middle);
            if (entry.timestamp < timestamp) {
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

    /** Drops entries that speak of offsets from {@code offset} on. */
    void truncate(long offset) throws IOException {
        int keep = entries.count();
        while (keep > 0 && entry(keep - 1).lastOffset >= offset) {
            keep--;
        }
        entries.truncate(keep);
    }

    /** Whether entries rise. Reads the whole index. */
    boolean sane() throws IOException {
        if (!entries.wholeEntries()) {
            return false;
        }
        ByteBuffer all = entries.all();
        long lastTimestamp = -1;
        int lastOffset = -1;
        while (all.hasRemaining()) {
            long timestamp = all.getLong();
            int offset = all.getInt();
            if (timestamp <= lastTimestamp || offset <= lastOffset) {
                return false;
            }
            lastTimestamp = timestamp;
            lastOffset = offset;
        }
        return true;
    }

    private Entry entry(int index) throws IOException {
        ByteBuffer entry = entries.entry(index);
        return new Entry(entry.getLong(), baseOffset + entry.getInt());
    }
}
