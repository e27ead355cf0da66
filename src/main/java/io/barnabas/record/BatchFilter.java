package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.function.Predicate;

/**
 * Writes a stored batch again with only some of its records, as compaction needs it: base offset, last offset, leader
 * epoch, producer, codec and timestamp type stay, so that offsets and sequences mean what they meant. Stateless.
 */
public final class BatchFilter {
    private final RecordLimits limits;

    public BatchFilter(RecordLimits limits) {
        this.limits = requireNonNull(limits, "limits");
    }

    /**
     * The batch with the records that {@code kept} accepts; the batch's own bytes, read-only, when that is all of them.
     * When it is none the result is a header with no records, which still carries the producer's last sequence; whether
     * it is worth storing is the caller's to decide. Each record is shown to {@code kept} once, in order.
     */
    public ByteBuffer retain(RecordBatch batch, Predicate<RecordCursor> kept) {
        RecordCursor records = batch.records(limits);
        GrowingBytes target = new GrowingBytes(batch.sizeInBytes(), Integer.MAX_VALUE - 8, "batch");
        target.skip(RecordBatch.HEADER_BYTES);
        int count = 0;
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        while (records.next()) {
            if (kept.test(records)) {
                target.write(records.encoded());
                maxTimestamp = Math.max(maxTimestamp, records.timestamp());
                count++;
            }
        }
        if (count == batch.recordCount()) {
            return batch.bytes();
        }
        return finish(batch, target, count, batch.appendTime() ? batch.maxTimestamp() : maxTimestamp);
    }

    private static ByteBuffer finish(RecordBatch batch, GrowingBytes records, int count, long maxTimestamp) {
        Compression compression = Compression.of(batch.codec());
        ByteBuffer result = records.toBuffer();
        if (compression != Compression.NONE && count > 0) {
            ByteBuffer plain = result.slice(RecordBatch.HEADER_BYTES, result.limit() - RecordBatch.HEADER_BYTES);
            result = Codecs.compress(compression, plain, RecordBatch.HEADER_BYTES);
        }
        result.put(0, batch.bytes(), 0, RecordBatch.HEADER_BYTES);
        result.putInt(RecordBatch.LENGTH_AT, result.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
        result.putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestamp);
        result.putInt(RecordBatch.RECORD_COUNT_AT, count);
        result.putInt(RecordBatch.CRC_AT, RecordBatch.crcOf(result));
        return result;
    }
}
