package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.JsonBytes;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.format.RecordWriter;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;

/**
 * A bare JSON array of records, written from batches without an object per record. It takes whole records until it has
 * as many or as many bytes as it may; so it exceeds its bound by one record at most, and the first one always fits.
 * Confined to one thread.
 */
final class RecordArray {
    private static final int FIRST_BYTES = 8 * 1024;

    private final JsonBytes out = new JsonBytes(0, FIRST_BYTES);
    private final RecordWriter writer;
    private final int maxBytes;
    private final int maxRecords;
    private int recordCount;

    /** What {@link #count} has told of already. */
    private int countedRecords;

    private long countedBytes;

    RecordArray(Json json, RecordFormat format, int maxBytes, int maxRecords) {
        this.maxBytes = maxBytes;
        this.maxRecords = maxRecords;
        this.writer = new RecordWriter(format, requireNonNull(json, "json"));
        out.raw('[');
    }

    /**
     * Adds a partition's records from {@code offset} on.
     *
     * @param batches whole batches; the first may begin before the offset
     * @return the offset after the last record that was added or passed over: where to read on
     */
    long add(TopicPartition partition, long offset, ByteBuffer batches) {
        long next = offset;
        for (RecordBatch batch : RecordBatches.stored(batches)) {
            if (full()) {
                return next;
            }
            // Offsets that compaction has emptied, and batches that hold no records for readers, are passed over.
            next = batch.control() ? Math.max(next, batch.endOffset()) : add(partition, next, batch);
        }
        return next;
    }

    private long add(TopicPartition partition, long offset, RecordBatch batch) {
        if (batch.endOffset() <= offset) {
            return offset;
        }
        RecordCursor record = batch.records(RecordLimits.DEFAULT);
        long next = offset;
        while (record.next()) {
            if (record.offset() < offset) {
                continue;
            }
            if (full()) {
                return record.offset();
            }
            write(partition, record);
            next = record.offset() + 1;
        }
        return Math.max(next, batch.endOffset());
    }

    private void write(TopicPartition partition, RecordCursor record) {
        if (recordCount > 0) {
            out.raw(',');
        }
        writer.write(out, partition.topic(), partition.partition(), record);
        recordCount++;
    }

    boolean full() {
        return recordCount >= maxRecords || (recordCount > 0 && out.size() >= maxBytes);
    }

    /** Tells what was added since the last call, all of it records of this topic. */
    void count(Protocol protocol, String topic, ClientEvents events) {
        long now = out.size();
        if (recordCount > countedRecords) {
            events.delivered(protocol, topic, recordCount - countedRecords, now - countedBytes);
        }
        countedRecords = recordCount;
        countedBytes = now;
    }

    int recordCount() {
        return recordCount;
    }

    /** The array, complete; nothing can be added after that. */
    ByteBuffer finish() {
        out.raw(']');
        return out.toBuffer();
    }
}
