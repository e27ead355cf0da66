package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.Acks;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A frame of the sub-protocol {@code barnabas.binary.v1} as a client writes and reads it; the format is that of {@code
 * src/docs/websocket-binary.md}.
 *
 * @param body record batches or, in the answer to a refused request, a message; a view into what was parsed
 */
record BinaryFrame(
        int kind,
        int flags,
        int id,
        int partition,
        int errorCode,
        long offset,
        long end,
        String topic,
        ByteBuffer body) {
    static final int PRODUCE = 1;
    static final int PRODUCED = 2;
    static final int RECORDS = 3;

    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 34;
    private static final int NO_ANSWER = 2;

    /** How many bytes {@link #putProduce} writes. */
    static int produceBytes(byte[] topic, ByteBuffer batches) {
        return HEADER_BYTES + topic.length + batches.remaining();
    }

    static void putProduce(ByteBuffer target, Acks acks, int id, byte[] topic, int partition, ByteBuffer batches) {
        target.put(VERSION).put((byte) PRODUCE).putShort(flags(acks)).putInt(id).putInt(partition);
        target.putInt(0).putLong(0).putLong(0).putShort((short) topic.length);
        target.put(topic).put(batches.duplicate());
    }

    static BinaryFrame parse(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() < HEADER_BYTES) {
            throw new IOException("a binary frame of " + bytes.remaining() + " bytes is too short");
        }
        ByteBuffer from = bytes.slice();
        byte version = from.get();
        byte kind = from.get();
        if (version != VERSION || (kind != PRODUCED && kind != RECORDS)) {
            throw new IOException("a binary frame of version " + version + " and kind " + kind);
        }
        short flags = from.getShort();
        int id = from.getInt();
        int partition = from.getInt();
        int errorCode = from.getInt();
        long offset = from.getLong();
        long end = from.getLong();
        int topicBytes = Short.toUnsignedInt(from.getShort());
        if (topicBytes > from.remaining()) {
            throw new IOException("a binary frame claims a topic of " + topicBytes + " bytes");
        }
        String topic = UTF_8.decode(from.slice(from.position(), topicBytes)).toString();
        from.position(from.position() + topicBytes);
        return new BinaryFrame(kind, flags, id, partition, errorCode, offset, end, topic, from.slice());
    }

    /** Whether the server answers a request with these acks. */
    static boolean answered(Acks acks) {
        return flags(acks) != NO_ANSWER;
    }

    private static short flags(Acks acks) {
        return switch (acks) {
            case ALL -> 0;
            case LEADER -> 1;
            case NONE -> NO_ANSWER;
        };
    }
}
