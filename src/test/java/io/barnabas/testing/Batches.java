package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.Compression;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Record batches for tests, and what they hold as text. */
public final class Batches {
    /** The timestamp of records made here unless a test gives one, in ms. */
    public static final long TIMESTAMP = 1_700_000_000_000L;

    private Batches() {}

    /** One uncompressed batch of records without keys; a null is a tombstone. */
    public static ByteBuffer of(String... values) {
        return of(Compression.NONE, values);
    }

    public static ByteBuffer of(Compression compression, String... values) {
        return at(TIMESTAMP, compression, values);
    }

    /** One batch whose records all have {@code timestamp}. */
    public static ByteBuffer at(long timestamp, Compression compression, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(compression);
        for (String value : values) {
            builder.append(timestamp, null, bytes(value), List.of());
        }
        return builder.build();
    }

    /** One batch with a single keyed record. */
    public static ByteBuffer keyed(String key, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        builder.append(TIMESTAMP, bytes(key), bytes(value), List.of());
        return builder.build();
    }

    /** One batch of an idempotent producer. */
    public static ByteBuffer idempotent(long producerId, int epoch, int baseSequence, String... values) {
        RecordBatchBuilder builder =
                new RecordBatchBuilder(Compression.NONE).producer(producerId, (short) epoch, baseSequence);
        for (String value : values) {
            builder.append(TIMESTAMP, null, bytes(value), List.of());
        }
        return builder.build();
    }

    /** One batch of these records; their offsets are not looked at. */
    public static ByteBuffer ofRecords(Compression compression, Collection<LogRecord> records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(compression);
        for (LogRecord record : records) {
            builder.append(record.timestamp(), record.key(), record.value(), record.headers());
        }
        return builder.build();
    }

    /** Batches back to back in one buffer. */
    public static ByteBuffer concat(ByteBuffer... batches) {
        int size = 0;
        for (ByteBuffer batch : batches) {
            size += batch.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (ByteBuffer batch : batches) {
            all.put(batch.duplicate());
        }
        return all.flip();
    }

    /** The batch's bytes numbered from {@code baseOffset} under leader epoch 0, in the same buffer. */
    public static ByteBuffer numbered(long baseOffset, ByteBuffer batch) {
        RecordBatch.at(batch).assign(baseOffset, 0);
        return batch;
    }

    /** All records of all batches, in order. */
    public static List<LogRecord> records(ByteBuffer batches) {
        List<LogRecord> records = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.strict(batches)) {
            records.addAll(batch.records(RecordLimits.DEFAULT).toList());
        }
        return records;
    }

    /** The values of all records as text, null for tombstones. */
    public static List<String> values(ByteBuffer batches) {
        List<String> values = new ArrayList<>();
        for (LogRecord record : records(batches)) {
            values.add(record.value() == null ? null : new String(record.value(), UTF_8));
        }
        return values;
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(UTF_8);
    }
}
