package io.barnabas.record;

import java.nio.ByteBuffer;

/** Changes a batch's bytes and makes length and checksum fit again, as a client that lies would. */
final class Tampered {
    private final ByteBuffer batch;

    private Tampered(ByteBuffer batch) {
        this.batch = batch;
    }

    static Tampered with(ByteBuffer batch) {
        return new Tampered(batch);
    }

    /** A batch with a header that claims {@code recordCount} records and this payload. */
    static ByteBuffer ofPayload(Compression compression, int recordCount, byte[] payload) {
        ByteBuffer header = io.barnabas.testing.Batches.of("x");
        ByteBuffer batch = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + payload.length);
        batch.put(0, header, 0, RecordBatch.HEADER_BYTES).put(RecordBatch.HEADER_BYTES, payload);
        return with(batch)
                .putShort(RecordBatch.ATTRIBUTES_AT, (short) compression.codec())
                .putInt(RecordBatch.RECORD_COUNT_AT, recordCount)
                .putInt(RecordBatch.LAST_OFFSET_DELTA_AT, recordCount - 1)
                .seal();
    }

    Tampered putByte(int at, int value) {
        batch.put(at, (byte) value);
        return this;
    }

    Tampered putShort(int at, short value) {
        batch.putShort(at, value);
        return this;
    }

    Tampered putInt(int at, int value) {
        batch.putInt(at, value);
        return this;
    }

    Tampered putLong(int at, long value) {
        batch.putLong(at, value);
        return this;
    }

    ByteBuffer seal() {
        batch.putInt(RecordBatch.LENGTH_AT, batch.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
        batch.putInt(RecordBatch.CRC_AT, RecordBatch.crcOf(batch));
        return batch;
    }
}
