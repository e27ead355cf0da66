package io.barnabas.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.Compression;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordLimits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Makes batches and tells what is in them. */
public final class Batches {
    private Batches() {}

    public static ByteBuffer batch(String... values) {
        return sequenced(RecordBatch.NO_PRODUCER_ID, -1, -1, values);
    }

    public static ByteBuffer sequenced(long producerId, int epoch, int sequence, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        if (producerId >= 0) {
            builder.producer(producerId, (short) epoch, sequence);
        }
        for (String value : values) {
            builder.append(1_000, null, value.getBytes(UTF_8), List.of());
        }
        return builder.build();
    }

    public static ByteBuffer timed(long firstMs, String first, long secondMs, String second) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.LZ4);
        builder.append(firstMs, null, first.getBytes(UTF_8), List.of());
        builder.append(secondMs, null, second.getBytes(UTF_8), List.of());
        return builder.build();
    }

    public static ByteBuffer at(long timestamp, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        builder.append(timestamp, null, value.getBytes(UTF_8), List.of());
        return builder.build();
    }

    /** One keyed record; a null value is a tombstone. */
    public static ByteBuffer keyed(long timestamp, String key, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        builder.append(timestamp, key.getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8), List.of());
        return builder.build();
    }

    /** One keyed record of an idempotent producer. */
    public static ByteBuffer keyedBy(long producerId, int sequence, String key, String value) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        builder.producer(producerId, (short) 0, sequence);
        builder.append(1_000, key.getBytes(UTF_8), value.getBytes(UTF_8), List.of());
        return builder.build();
    }

    public static ByteBuffer together(ByteBuffer first, ByteBuffer second) {
        return ByteBuffer.allocate(first.remaining() + second.remaining())
                .put(first)
                .put(second)
                .flip();
    }

    public static List<LogRecord> records(ByteBuffer batches) {
        List<LogRecord> records = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.strict(batches)) {
            if (!batch.crcValid()) {
                throw new AssertionError("batch with a bad checksum was served at " + batch.baseOffset());
            }
            records.addAll(batch.records(RecordLimits.DEFAULT).toList());
        }
        return records;
    }

    /** {@code offset:value} of every record. */
    public static List<String> values(ByteBuffer batches) {
        return records(batches).stream()
                .map(record -> record.offset() + ":" + new String(record.value(), UTF_8))
                .toList();
    }

    public static RecordBatch first(ByteBuffer batches) {
        return RecordBatches.strict(batches).iterator().next();
    }
}
