package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ReadBlock;
import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The batches of one portion as RECORDS frames: a header and a stretch of the bytes as they are stored. Looks at the
 * batches' headers alone; that their checksums hold is for the log to see to when it reads, and for the client. Confined
 * to one thread.
 */
final class BinaryFeed implements Outlet.Feed {
    private final TopicPartition partition;
    private final int maxFrameBytes;
    private final Portion portion;
    private final Consumer<Message> frames;
    private final ByteBuffer batches;
    private final long endOffset;

    /** Where the next batch begins in {@link #batches}. */
    private int at;

    private long nextOffset;

    /** @param maxFrameBytes of batches in a frame; a single larger batch still goes in one */
    BinaryFeed(TopicPartition partition, Portion portion, long from, int maxFrameBytes, Consumer<Message> frames) {
        this.partition = requireNonNull(partition, "partition");
        this.maxFrameBytes = maxFrameBytes;
        this.frames = requireNonNull(frames, "frames");
        this.portion = portion;
        this.batches = portion.batches().slice();
        this.endOffset = portion.highWatermark();
        this.nextOffset = from;
    }

    @Override
    public int send(long most) {
        passOver();
        int begin = at;
        long from = nextOffset;
        int count = 0;
        while (count < most && more(begin)) {
            RecordBatch batch = batch();
            if (at > begin && at + batch.sizeInBytes() - begin > maxFrameBytes) {
                break;
            }
            count += wanted(batch);
            pass(batch);
        }
        if (at > begin) {
            frames.accept(frame(from, begin));
        }
        return count;
    }

    /** The last frame of a portion in lent memory stays where it was read, since nothing behind it is looked at. */
    private Message frame(long from, int begin) {
        byte[] topic = partition.topic().getBytes(UTF_8);
        Optional<ReadBlock> block = at == batches.limit() ? portion.claim() : Optional.empty();
        return block.isPresent()
                ? BinaryFrame.records(topic, partition.partition(), from, endOffset, block.get(), begin, at)
                : BinaryFrame.records(topic, partition.partition(), from, endOffset, batches.slice(begin, at - begin));
    }

    /** Whether another whole batch is there. One that cannot be read does not take down those before it. */
    private boolean more(int begin) {
        int left = batches.limit() - at;
        if (left < RecordBatch.LOG_OVERHEAD_BYTES || RecordBatch.sizeAt(batches, at) > left) {
            return false;
        }
        try {
            batch();
            return true;
        } catch (BarnabasException e) {
            if (at > begin) {
                return false;
            }
            throw e;
        }
    }

    /** Leaves out what holds no record that is wanted. */
    private void passOver() {
        while (more(at) && wanted(batch()) == 0) {
            pass(batch());
        }
    }

    private RecordBatch batch() {
        try {
            return RecordBatch.at(batches.slice(at, batches.limit() - at));
        } catch (BarnabasException e) {
            throw new BarnabasException(
                    ErrorCode.CORRUPT_DATA,
                    "behind offset " + nextOffset + " of " + partition + " a " + e.getMessage());
        }
    }

    private void pass(RecordBatch batch) {
        at += batch.sizeInBytes();
        nextOffset = Math.max(nextOffset, batch.endOffset());
    }

    /** Records that the client counts: by the batch's header, which both ends see. */
    private int wanted(RecordBatch batch) {
        long offsets = batch.endOffset() - Math.max(nextOffset, batch.baseOffset());
        return (int) Math.max(0, Math.min(batch.recordCount(), offsets));
    }

    @Override
    public long nextOffset() {
        return nextOffset;
    }
}
