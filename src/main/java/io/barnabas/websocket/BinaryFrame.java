package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.broker.ReadBlock;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * The frames of {@code barnabas.binary.v1}; drawn in {@code src/docs/websocket-binary.md}. Reads those that a client
 * sends and writes those that the server does. Stateless.
 */
final class BinaryFrame {
    static final byte VERSION = 1;
    static final byte PRODUCE = 1;
    static final byte PRODUCED = 2;
    static final byte RECORDS = 3;

    static final int KIND_AT = 1;
    static final int FLAGS_AT = 2;
    static final int ID_AT = 4;
    static final int PARTITION_AT = 8;
    static final int ERROR_CODE_AT = 12;
    static final int OFFSET_AT = 16;
    static final int END_AT = 24;
    static final int TOPIC_BYTES_AT = 32;
    static final int HEADER_BYTES = 34;

    private static final short DUPLICATE = 1;
    private static final long NO_OFFSET = -1;

    private BinaryFrame() {}

    /**
     * What a client wants stored.
     *
     * @param topic as it was given; whether it is a name at all is for the broker to say
     * @param batches a view into the frame, not looked at yet
     */
    record Produce(int id, Acks acks, String topic, int partition, ByteBuffer batches) {}

    /**
     * Reads the header of a frame from a client.
     *
     * @throws FrameException {@code INVALID_FIELD}, naming the field; with the frame's id if it has one
     */
    static Produce produce(ByteBuffer frame) throws FrameException {
        ByteBuffer bytes = frame.slice();
        if (bytes.limit() < HEADER_BYTES) {
            throw refusal(
                    bytes, "a binary frame has at least " + HEADER_BYTES + " bytes, this one has " + bytes.limit());
        }
        if (bytes.get(0) != VERSION) {
            throw refusal(bytes, "version must be " + VERSION + ", got " + bytes.get(0));
        }
        if (bytes.get(KIND_AT) != PRODUCE) {
            throw refusal(bytes, "kind must be " + PRODUCE + " (PRODUCE), got " + bytes.get(KIND_AT));
        }
        requireZero(bytes, "errorCode", bytes.getInt(ERROR_CODE_AT));
        requireZero(bytes, "offset", bytes.getLong(OFFSET_AT));
        requireZero(bytes, "end", bytes.getLong(END_AT));
        int topicBytes = Short.toUnsignedInt(bytes.getShort(TOPIC_BYTES_AT));
        if (topicBytes > bytes.limit() - HEADER_BYTES) {
            throw refusal(
                    bytes,
                    "topicBytes is " + topicBytes + ", only " + (bytes.limit() - HEADER_BYTES) + " bytes follow");
        }
        return new Produce(
                bytes.getInt(ID_AT),
                acks(bytes),
                topic(bytes, topicBytes),
                bytes.getInt(PARTITION_AT),
                bytes.slice(HEADER_BYTES + topicBytes, bytes.limit() - HEADER_BYTES - topicBytes));
    }

    private static void requireZero(ByteBuffer frame, String field, long value) throws FrameException {
        if (value != 0) {
            throw refusal(frame, field + " must be 0 in a PRODUCE frame, got " + value);
        }
    }

    private static Acks acks(ByteBuffer frame) throws FrameException {
        short flags = frame.getShort(FLAGS_AT);
        return switch (flags) {
            case 0 -> Acks.ALL;
            case 1 -> Acks.LEADER;
            case 2 -> Acks.NONE;
            default -> throw refusal(frame, "flags must be 0 (all), 1 (leader) or 2 (none), got " + flags);
        };
    }

    private static String topic(ByteBuffer frame, int length) throws FrameException {
        try {
            return UTF_8.newDecoder().decode(frame.slice(HEADER_BYTES, length)).toString();
        } catch (CharacterCodingException e) {
            throw refusal(frame, "topic is not UTF-8");
        }
    }

    private static FrameException refusal(ByteBuffer frame, String message) {
        FrameId id =
                frame.limit() < ID_AT + Integer.BYTES ? new FrameId.None() : new FrameId.Whole(frame.getInt(ID_AT));
        return new FrameException(id, new BarnabasException(ErrorCode.INVALID_FIELD, message));
    }

    /** Answers that the batches are stored. */
    static Message produced(int id, int partition, AppendResult result) {
        return Message.binary(HEADER_BYTES, frame -> header(frame, PRODUCED, id, partition)
                .putShort(FLAGS_AT, result.duplicate() ? DUPLICATE : 0)
                .putLong(OFFSET_AT, result.baseOffset())
                .putLong(END_AT, result.lastOffset()));
    }

    /** Answers that they are not, and why. */
    static Message refused(int id, int partition, BarnabasException failure) {
        byte[] text = String.valueOf(failure.getMessage()).getBytes(UTF_8);
        return Message.binary(HEADER_BYTES + text.length, frame -> header(frame, PRODUCED, id, partition)
                .putInt(ERROR_CODE_AT, failure.code().number())
                .putLong(OFFSET_AT, NO_OFFSET)
                .putLong(END_AT, NO_OFFSET)
                .put(HEADER_BYTES, text));
    }

    /**
     * Carries stored batches.
     *
     * @param topic UTF-8
     * @param from the first offset wanted
     * @param endOffset of what can be read, exclusive
     */
    static Message records(byte[] topic, int partition, long from, long endOffset, ByteBuffer batches) {
        int batchesAt = HEADER_BYTES + topic.length;
        return Message.binary(
                batchesAt + batches.remaining(), frame -> recordsHeader(frame, topic, partition, from, endOffset)
                        .put(batchesAt, batches, batches.position(), batches.remaining()));
    }

    /**
     * The same for batches in lent memory, which are not copied: the header goes before them.
     *
     * @param block given back when the message was sent
     * @param begin where the batches begin in it; what is before them is not needed any more
     * @param end exclusive
     */
    static Message records(
            byte[] topic, int partition, long from, long endOffset, ReadBlock block, int begin, int end) {
        return Message.binary(
                block,
                begin - HEADER_BYTES - topic.length,
                end,
                frame -> recordsHeader(frame, topic, partition, from, endOffset));
    }

    private static ByteBuffer recordsHeader(ByteBuffer frame, byte[] topic, int partition, long from, long endOffset) {
        return header(frame, RECORDS, 0, partition)
                .putShort(FLAGS_AT, (short) 0)
                .putInt(ERROR_CODE_AT, 0)
                .putLong(OFFSET_AT, from)
                .putLong(END_AT, endOffset)
                .putShort(TOPIC_BYTES_AT, (short) topic.length)
                .put(HEADER_BYTES, topic);
    }

    private static ByteBuffer header(ByteBuffer frame, byte kind, int id, int partition) {
        return frame.put(0, VERSION).put(KIND_AT, kind).putInt(ID_AT, id).putInt(PARTITION_AT, partition);
    }
}
