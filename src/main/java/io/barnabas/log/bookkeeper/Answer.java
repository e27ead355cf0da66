package io.barnabas.log.bookkeeper;

import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What one read has found so far. Handed from thread to thread, never shared. */
final class Answer {
    private final long offset;
    private final int maxBytes;
    private final List<ByteBuffer> slices = new ArrayList<>();
    private int bytes;

    /** Exclusive end of what may be read. */
    final long end;

    /** What is to be found next. */
    long next;

    Answer(long offset, long end, int maxBytes) {
        this.offset = offset;
        this.end = end;
        this.maxBytes = maxBytes;
        this.next = offset;
    }

    boolean isEmpty() {
        return bytes == 0;
    }

    /** Takes what fits of batches that hold {@link #next}, one batch at least; false when no more fits. */
    boolean add(StoredBatches stored) {
        ByteBuffer source = stored.bytes();
        int from = source.position();
        int to = from;
        for (RecordBatch batch : RecordBatches.stored(source)) {
            int size = batch.sizeInBytes();
            if (batch.lastOffset() < offset) {
                from = to + size;
            } else if (batch.baseOffset() >= end) {
                take(source, from, to);
                return false;
            } else if (bytes + (to - from) + size > maxBytes && bytes + (to - from) > 0) {
                next = batch.baseOffset();
                take(source, from, to);
                return false;
            }
            to += size;
        }
        next = stored.endOffset();
        take(source, from, to);
        return bytes < maxBytes;
    }

    private void take(ByteBuffer source, int from, int to) {
        if (to > from) {
            slices.add(source.slice(from, to - from));
            bytes += to - from;
        }
    }

    /** All of it, read-only. */
    ByteBuffer batches() {
        if (slices.size() == 1) {
            return slices.get(0).asReadOnlyBuffer();
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        slices.forEach(slice -> all.put(slice.duplicate()));
        return all.flip().asReadOnlyBuffer();
    }
}
