package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Whole batches that lie back to back in a buffer, between its position and its limit, as views into it. The buffer is
 * not moved; every iterator starts anew. Checksums are not looked at.
 */
public final class RecordBatches implements Iterable<RecordBatch> {
    private final ByteBuffer bytes;
    private final boolean stored;

    private RecordBatches(ByteBuffer bytes, boolean stored) {
        this.bytes = requireNonNull(bytes, "bytes").slice();
        this.stored = stored;
    }

    /** Batches from a client: the iterator throws {@code UNREADABLE_BATCH} at whatever is not a whole batch. */
    public static RecordBatches strict(ByteBuffer bytes) {
        return new RecordBatches(bytes, false);
    }

    /**
     * Batches from disk, where a read may end in the middle of one: such a rest is the end. What cannot be the start of
     * a batch throws {@code CORRUPT_DATA}.
     */
    public static RecordBatches stored(ByteBuffer bytes) {
        return new RecordBatches(bytes, true);
    }

    /** Bytes of the whole batches from the start on: less than the buffer holds when a stored one is cut. */
    public int wholeBytes() {
        int size = 0;
        for (RecordBatch batch : this) {
            size += batch.sizeInBytes();
        }
        return size;
    }

    @Override
    public Iterator<RecordBatch> iterator() {
        return new Batches();
    }

    private final class Batches implements Iterator<RecordBatch> {
        private int at;

        @Override
        public boolean hasNext() {
            return stored ? at < bytes.limit() && !cut() : at < bytes.limit();
        }

        @Override
        public RecordBatch next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            RecordBatch batch = view();
            at += batch.sizeInBytes();
            return batch;
        }

        private RecordBatch view() {
            try {
                return RecordBatch.at(bytes.slice(at, bytes.limit() - at));
            } catch (BarnabasException e) {
                ErrorCode code = stored ? ErrorCode.CORRUPT_DATA : e.code();
                throw new BarnabasException(code, e.getMessage() + ", at byte " + at);
            }
        }

        private boolean cut() {
            int left = bytes.limit() - at;
            return left < RecordBatch.LOG_OVERHEAD_BYTES || RecordBatch.sizeAt(bytes, at) > left;
        }
    }
}
