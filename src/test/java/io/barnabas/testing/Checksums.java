package io.barnabas.testing;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Mends what a mutation of bytes always breaks, so that fuzzing gets past it: checksums. What a checksum vouches for is
 * then whatever the fuzzer likes.
 */
public final class Checksums {
    private static final int BATCH_OVERHEAD_BYTES = 12;
    private static final int BATCH_CRC_AT = 17;
    private static final int BATCH_CRC_FROM = 21;

    private Checksums() {}

    /** The same bytes with the right checksum in each thing that is as long as it says and could be a batch. */
    public static ByteBuffer ofBatches(ByteBuffer batches) {
        int at = 0;
        while (batches.limit() - at >= BATCH_OVERHEAD_BYTES) {
            int size = batches.getInt(at + 8);
            if (size < BATCH_CRC_FROM - BATCH_OVERHEAD_BYTES || size > batches.limit() - at - BATCH_OVERHEAD_BYTES) {
                return batches;
            }
            int end = at + BATCH_OVERHEAD_BYTES + size;
            batches.putInt(at + BATCH_CRC_AT, crc(batches, at + BATCH_CRC_FROM, end));
            at = end;
        }
        return batches;
    }

    /** CRC32C of {@code [from, to)}. */
    public static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }
}
