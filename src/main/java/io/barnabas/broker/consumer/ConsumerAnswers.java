package io.barnabas.broker.consumer;

import io.barnabas.group.FieldReader;
import io.barnabas.group.FieldWriter;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * How answers to {@link ConsumerCall}s go over the wire; fields as in {@link ConsumerCallFormat}. Which one it is follows
 * from the call.
 *
 * <pre>
 * int8 version (1), then
 *   name
 *   nothing
 *   subscription  as in the call
 *   assignments   [partition], int32 generation, text? waiting
 *   polled        int32 size of the head, then the head: int64 token, [text, text] settings,
 *                 [partition, int64 offset, int32 size] chunks; then the chunks' batches, back to back
 * </pre>
 */
final class ConsumerAnswers {
    private ConsumerAnswers() {}

    static ByteBuffer nothing() {
        return done(start());
    }

    static Void nothing(ByteBuffer answer) {
        read(answer).requireEnd();
        return null;
    }

    static ByteBuffer name(String name) {
        return done(start().text(name));
    }

    static String name(ByteBuffer answer) {
        FieldReader from = read(answer);
        String name = from.text();
        from.requireEnd();
        return name;
    }

    static ByteBuffer subscription(Subscription subscription) {
        return done(ConsumerCallFormat.subscription(start(), subscription));
    }

    static Subscription subscription(ByteBuffer answer) {
        FieldReader from = read(answer);
        Subscription subscription = ConsumerCallFormat.subscription(from);
        from.requireEnd();
        return subscription;
    }

    static ByteBuffer assignments(Assignments assignments) {
        return done(ConsumerCallFormat.partitions(start(), assignments.partitions())
                .int32(assignments.generation())
                .optionalText(assignments.waiting()));
    }

    static Assignments assignments(ByteBuffer answer) {
        FieldReader from = read(answer);
        Assignments assignments =
                new Assignments(ConsumerCallFormat.partitions(from), from.int32(), from.optionalText());
        from.requireEnd();
        return assignments;
    }

    static ByteBuffer polled(long token, Polled polled) {
        FieldWriter head = ConsumerCallFormat.settings(new FieldWriter().int64(token), polled.settings());
        head.list(polled.chunks(), (to, chunk) -> ConsumerCallFormat.partition(to, chunk.partition())
                .int64(chunk.offset())
                .int32(chunk.batches().remaining()));
        byte[] headBytes = head.bytes();
        int size = Byte.BYTES + Integer.BYTES + headBytes.length;
        for (Polled.Chunk chunk : polled.chunks()) {
            size += chunk.batches().remaining();
        }
        ByteBuffer answer = ByteBuffer.allocate(size);
        answer.put(ConsumerCallFormat.VERSION).putInt(headBytes.length).put(headBytes);
        polled.chunks().forEach(chunk -> answer.put(chunk.batches().duplicate()));
        return answer.flip();
    }

    /** @param outcome gets the token and what {@link Polled#handedOver} is told, when there are records */
    static Polled polled(ByteBuffer answer, BiConsumer<Long, Map<TopicPartition, Long>> outcome) {
        ByteBuffer bytes = answer.slice();
        if (bytes.remaining() < Byte.BYTES + Integer.BYTES) {
            throw broken();
        }
        ConsumerCallFormat.requireVersion(bytes.get());
        int headSize = bytes.getInt();
        if (headSize < 0 || headSize > bytes.remaining()) {
            throw broken();
        }
        FieldReader head = reader(bytes.slice(bytes.position(), headSize));
        bytes.position(bytes.position() + headSize);
        long token = head.int64();
        InstanceSettings settings = ConsumerCallFormat.settings(head);
        List<Polled.Chunk> chunks = new ArrayList<>(head.list(one -> chunk(one, bytes)));
        head.requireEnd();
        if (bytes.hasRemaining()) {
            throw broken();
        }
        return new Polled(settings, chunks, next -> {
            if (!chunks.isEmpty()) {
                outcome.accept(token, next);
            }
        });
    }

    private static Polled.Chunk chunk(FieldReader head, ByteBuffer bytes) {
        TopicPartition partition = ConsumerCallFormat.partition(head);
        long offset = head.int64();
        int size = head.int32();
        if (size < 0 || size > bytes.remaining()) {
            throw broken();
        }
        ByteBuffer batches = bytes.slice(bytes.position(), size).asReadOnlyBuffer();
        bytes.position(bytes.position() + size);
        return new Polled.Chunk(partition, offset, batches);
    }

    private static FieldWriter start() {
        return new FieldWriter().int8(ConsumerCallFormat.VERSION);
    }

    private static ByteBuffer done(FieldWriter answer) {
        return ByteBuffer.wrap(answer.bytes());
    }

    private static FieldReader read(ByteBuffer answer) {
        FieldReader from = reader(answer);
        ConsumerCallFormat.requireVersion(from.int8());
        return from;
    }

    private static FieldReader reader(ByteBuffer bytes) {
        return new FieldReader(bytes, ErrorCode.INTERNAL_ERROR, "the answer of an instance's node");
    }

    private static BarnabasException broken() {
        return new BarnabasException(
                ErrorCode.INTERNAL_ERROR, "the answer of an instance's node ends inside of a field");
    }
}
