package io.barnabas.log.bookkeeper;

import java.nio.ByteBuffer;

/**
 * Whole batches that were stored together, for the offsets {@code [baseOffset, endOffset)}, of which compaction may have
 * removed some. Their bytes are never written to again; equal is only what is the same.
 */
final class StoredBatches {
    private final long baseOffset;
    private final long endOffset;
    private final ByteBuffer bytes;

    StoredBatches(long baseOffset, long endOffset, ByteBuffer bytes) {
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
        this.bytes = bytes;
    }

    long baseOffset() {
        return baseOffset;
    }

    long endOffset() {
        return endOffset;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    int sizeInBytes() {
        return bytes.remaining();
    }
}
