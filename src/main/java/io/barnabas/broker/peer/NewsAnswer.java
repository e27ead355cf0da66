package io.barnabas.broker.peer;

import io.barnabas.broker.peer.PeerNews.Subject;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of news on the wire, and the question for it.
 *
 * <pre>
 *   question   byte 1 | long session, 0 for a new one | long number of the last message taken
 *   answer     byte 1 | long session | long number of the first message | int messages
 *              then for each message: byte subject | int length | bytes
 * </pre>
 *
 * @param firstNumber of the first message; the others follow it
 */
record NewsAnswer(long session, long firstNumber, List<Message> messages) {
    static final int MESSAGE_HEAD_BYTES = 1 + Integer.BYTES;
    private static final int HEAD_BYTES = 1 + Long.BYTES + Long.BYTES + Integer.BYTES;
    private static final byte VERSION = 1;

    NewsAnswer {
        messages = List.copyOf(messages);
    }

    /** One message and what it is about. */
    record Message(Subject subject, ByteBuffer message) {}

    /** What a node asks with. */
    record Question(long session, long taken) {
        ByteBuffer encode() {
            return ByteBuffer.allocate(1 + Long.BYTES + Long.BYTES)
                    .put(VERSION)
                    .putLong(session)
                    .putLong(taken)
                    .flip();
        }

        static Question decode(ByteBuffer bytes) {
            try {
                requireVersion(bytes.get());
                return new Question(bytes.getLong(), bytes.getLong());
            } catch (BufferUnderflowException e) {
                throw unreadable(e);
            }
        }
    }

    /** Nothing new. */
    static NewsAnswer none(long session) {
        return new NewsAnswer(session, 1, List.of());
    }

    ByteBuffer encode() {
        int bytes = HEAD_BYTES;
        for (Message message : messages) {
            bytes += MESSAGE_HEAD_BYTES + message.message.remaining();
        }
        ByteBuffer encoded = ByteBuffer.allocate(bytes)
                .put(VERSION)
                .putLong(session)
                .putLong(firstNumber)
                .putInt(messages.size());
        for (Message message : messages) {
            encoded.put(message.subject.number())
                    .putInt(message.message.remaining())
                    .put(message.message.duplicate());
        }
        return encoded.flip();
    }

    static NewsAnswer decode(ByteBuffer bytes) {
        try {
            requireVersion(bytes.get());
            long session = bytes.getLong();
            long firstNumber = bytes.getLong();
            int count = bytes.getInt();
            List<Message> messages = new ArrayList<>();
            for (int message = 0; message < count; message++) {
                Subject subject = subject(bytes.get());
                int length = bytes.getInt();
                messages.add(new Message(subject, bytes.slice(bytes.position(), length)));
                bytes.position(bytes.position() + length);
            }
            return new NewsAnswer(session, firstNumber, messages);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw unreadable(e);
        }
    }

    private static Subject subject(byte number) {
        for (Subject known : Subject.values()) {
            if (known.number() == number) {
                return known;
            }
        }
        throw new IllegalArgumentException("there is no subject " + number);
    }

    private static void requireVersion(byte version) {
        if (version != VERSION) {
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "news of version " + version + " are not known");
        }
    }

    private static BarnabasException unreadable(RuntimeException cause) {
        return new BarnabasException(ErrorCode.MALFORMED_REQUEST, "news cannot be read", cause);
    }

    /** Gathers messages up to a size. */
    static final class Builder {
        private final long session;
        private final long firstNumber;
        private final List<Message> messages = new ArrayList<>();
        private int bytes = HEAD_BYTES;

        Builder(long session, long firstNumber) {
            this.session = session;
            this.firstNumber = firstNumber;
        }

        void add(Subject subject, ByteBuffer message) {
            messages.add(new Message(subject, message));
            bytes += MESSAGE_HEAD_BYTES + message.remaining();
        }

        boolean isEmpty() {
            return messages.isEmpty();
        }

        int bytes() {
            return bytes;
        }

        NewsAnswer build() {
            return new NewsAnswer(session, firstNumber, messages);
        }
    }
}
