package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordWriter;
import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import io.barnabas.record.TopicPartition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * The records of one portion as frames: straight from the batches' bytes into JSON, no object per record. Records below the
 * first offset asked for, which the first batch may hold, are passed over. Confined to one thread.
 */
final class JsonFeed implements Outlet.Feed {
    private final TopicPartition partition;
    private final Json json;
    private final RecordWriter writer;
    private final int maxFrameBytes;
    private final Consumer<byte[]> frames;
    private final long endOffset;
    private final long from;
    private final Iterator<RecordBatch> batches;

    /** Walks the batch that is being sent; null between batches. */
    private RecordCursor cursor;

    /** Whether the cursor stands on a record that was not sent. */
    private boolean standing;

    private long nextOffset;

    /** Met after records that can be sent; thrown when it is their turn. */
    private BarnabasException failure;

    /** @param maxFrameBytes a frame ends with the record that reaches this size */
    JsonFeed(
            TopicPartition partition,
            Portion portion,
            long from,
            Json json,
            RecordWriter writer,
            int maxFrameBytes,
            Consumer<byte[]> frames) {
        this.partition = requireNonNull(partition, "partition");
        this.json = requireNonNull(json, "json");
        this.writer = requireNonNull(writer, "writer");
        this.maxFrameBytes = maxFrameBytes;
        this.frames = requireNonNull(frames, "frames");
        this.endOffset = portion.highWatermark();
        this.from = from;
        this.nextOffset = from;
        this.batches = RecordBatches.stored(portion.batches()).iterator();
    }

    @Override
    public int send(long most) {
        if (failure != null) {
            throw failure;
        }
        if (!advance()) {
            return 0;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        int count = 0;
        try (JsonGenerator out = json.generator(bytes)) {
            out.writeStartObject();
            out.writeStringField("type", "records");
            out.writeStringField("topic", partition.topic());
            out.writeNumberField("partition", partition.partition());
            out.writeArrayFieldStart("records");
            do {
                writer.write(out, null, RecordWriter.NO_PARTITION, cursor);
                sent();
                count++;
            } while (count < most && bytes.size() + out.getOutputBuffered() < maxFrameBytes && more());
            out.writeEndArray();
            out.writeNumberField("endOffset", endOffset);
            out.writeEndObject();
        } catch (IOException e) { // memory has no I/O that could fail
            throw new UncheckedIOException(e);
        }
        frames.accept(bytes.toByteArray());
        return count;
    }

    private void sent() {
        nextOffset = cursor.offset() + 1;
        standing = false;
    }

    /** As {@link #advance}; what cannot be read does not take down the records before it. */
    private boolean more() {
        try {
            return advance();
        } catch (BarnabasException e) {
            failure = e;
            return false;
        }
    }

    /** Moves to the next record that is to be sent; false when there is none. */
    private boolean advance() {
        while (!standing) {
            if (cursor == null) {
                if (!batches.hasNext()) {
                    return false;
                }
                open(batches.next());
            } else if (cursor.next()) {
                standing = cursor.offset() >= from;
            } else {
                nextOffset = Math.max(nextOffset, cursor.batch().endOffset());
                cursor = null;
            }
        }
        return true;
    }

    private void open(RecordBatch batch) {
        if (!batch.crcValid()) {
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA,
                    "the batch at offset " + batch.baseOffset() + " of " + partition + " has a wrong checksum");
        }
        cursor = batch.records(RecordLimits.DEFAULT);
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }
}
