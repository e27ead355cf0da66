package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.format.JsonBytes;
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
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * The records of one portion as frames: straight from the batches' bytes into JSON, no object per record. Records below the
 * first offset asked for, which the first batch may hold, are passed over. Confined to one thread.
 */
final class JsonFeed implements Outlet.Feed {
    private static final byte[] RECORDS = ascii("{\"type\":\"records\",\"topic\":");
    private static final byte[] PARTITION = ascii(",\"partition\":");
    private static final byte[] ARRAY = ascii(",\"records\":[");
    private static final byte[] END_OFFSET = ascii("],\"endOffset\":");

    /** What the names, offset and timestamp of a record take in JSON, and what a frame takes beside its records. */
    private static final int NAMES_BYTES = 100;

    private final TopicPartition partition;
    private final RecordWriter writer;
    private final int maxFrameBytes;
    private final Consumer<Message> frames;
    private final long endOffset;
    private final long from;
    private final Iterator<RecordBatch> batches;

    /** Walks the batch that is being sent; null between batches. */
    private RecordCursor cursor;

    /** Whether the cursor stands on a record that was not sent. */
    private boolean standing;

    private long nextOffset;

    /** What the next frame's array begins with, so that it need not grow. */
    private int expectedBytes;

    /** Met after records that can be sent; thrown when it is their turn. */
    private BarnabasException failure;

    /** @param maxFrameBytes a frame ends with the record that reaches this size */
    JsonFeed(
            TopicPartition partition,
            Portion portion,
            long from,
            RecordWriter writer,
            int maxFrameBytes,
            Consumer<Message> frames) {
        this.partition = requireNonNull(partition, "partition");
        this.writer = requireNonNull(writer, "writer");
        this.maxFrameBytes = maxFrameBytes;
        this.frames = requireNonNull(frames, "frames");
        this.endOffset = portion.highWatermark();
        this.expectedBytes = Math.min(maxFrameBytes, 2 * portion.batches().remaining()) + 2 * NAMES_BYTES;
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
        JsonBytes out = Message.textBytes(expectedBytes);
        int count = 0;
        open(out);
        do {
            if (count > 0) {
                out.raw(',');
            }
            writer.write(out, null, RecordWriter.NO_PARTITION, cursor);
            sent();
            count++;
        } while (count < most && out.size() < maxFrameBytes && more());
        out.raw(END_OFFSET);
        out.number(endOffset);
        out.raw('}');
        expectedBytes = out.size() + NAMES_BYTES;
        frames.accept(Message.text(out));
        return count;
    }

    private void open(JsonBytes out) {
        out.raw(RECORDS);
        out.string(partition.topic());
        out.raw(PARTITION);
        out.number(partition.partition());
        out.raw(ARRAY);
    }

    private static byte[] ascii(String json) {
        return json.getBytes(StandardCharsets.US_ASCII);
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
