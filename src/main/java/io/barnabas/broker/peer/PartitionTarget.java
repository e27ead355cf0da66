package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.barnabas.log.LogId;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Which log a call is about, and under which epoch the asking node believes it to be owned; every call about a partition
 * begins with it.
 *
 * <pre>
 *   byte 1 | 16 bytes topic id | short length, topic | int partition | int epoch
 * </pre>
 */
record PartitionTarget(LogId id, int epoch) {
    private static final byte VERSION = 1;
    private static final int FIXED_BYTES = 1 + 2 * Long.BYTES + Short.BYTES + 2 * Integer.BYTES;

    PartitionTarget {
        requireNonNull(id, "id");
    }

    int sizeInBytes() {
        return FIXED_BYTES + topic().length;
    }

    private byte[] topic() {
        return id.partition().topic().getBytes(UTF_8);
    }

    /** A buffer with the target in it and room for so many bytes more. */
    ByteBuffer withRoomFor(int more) {
        byte[] topic = topic();
        return ByteBuffer.allocate(FIXED_BYTES + topic.length + more)
                .put(VERSION)
                .putLong(id.topicId().getMostSignificantBits())
                .putLong(id.topicId().getLeastSignificantBits())
                .putShort((short) topic.length)
                .put(topic)
                .putInt(id.partition().partition())
                .putInt(epoch);
    }

    /** Reads a target and leaves the buffer behind it. */
    static PartitionTarget read(ByteBuffer bytes) {
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("calls of version " + version + " are not known");
        }
        UUID topicId = new UUID(bytes.getLong(), bytes.getLong());
        byte[] topic = new byte[bytes.getShort()];
        bytes.get(topic);
        TopicPartition partition = new TopicPartition(new String(topic, UTF_8), bytes.getInt());
        return new PartitionTarget(new LogId(topicId, partition), bytes.getInt());
    }
}
