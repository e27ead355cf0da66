package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ReadBlock;
import io.barnabas.broker.format.JsonBytes;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One WebSocket message to a client, laid out as the frame that goes over the wire, so that one array can go to many
 * sockets as it is. Its bytes are not changed any more; thread-safe. One that lies in lent memory is for one socket, and
 * ends with {@link #sent}.
 *
 * <p>The layout is RFC 6455's for a frame that is a whole message and, as a server's are, not masked: opcode, length in
 * 7, 7 + 16 or 7 + 64 bits, payload.
 */
final class Message {
    private static final byte FINAL_TEXT = (byte) 0x81;
    private static final byte FINAL_BINARY = (byte) 0x82;
    private static final int MAX_HEADER_BYTES = 2 + Long.BYTES;
    private static final int MAX_SHORT_BYTES = 125;
    private static final byte SIXTEEN_BITS = 126;
    private static final byte SIXTY_FOUR_BITS = 127;
    private static final int MAX_SIXTEEN_BITS = 0xffff;

    private final boolean text;

    /** From 0 to its limit the whole frame; never moved. */
    private final ByteBuffer frame;

    private final int payloadAt;

    /** The lent memory that the frame lies in; null when it is the message's own. */
    private final ReadBlock block;

    private Message(boolean text, int bytes, Consumer<ByteBuffer> filling) {
        this.text = text;
        this.payloadAt = headerBytes(bytes);
        this.frame = ByteBuffer.allocate(payloadAt + bytes);
        writeHeader(frame.duplicate(), text ? FINAL_TEXT : FINAL_BINARY, bytes);
        filling.accept(frame.slice(payloadAt, bytes));
        this.block = null;
    }

    /** Lays a frame out around a payload that has room for its header before it. */
    private Message(boolean text, ByteBuffer spaceAndPayload) {
        int bytes = spaceAndPayload.limit() - MAX_HEADER_BYTES;
        this.text = text;
        this.payloadAt = headerBytes(bytes);
        this.frame = spaceAndPayload.slice(MAX_HEADER_BYTES - payloadAt, payloadAt + bytes);
        writeHeader(frame.duplicate(), text ? FINAL_TEXT : FINAL_BINARY, bytes);
        this.block = null;
    }

    /** Lays a frame out around a payload that lies in lent memory. */
    private Message(ReadBlock block, int from, int to) {
        this.text = false;
        this.payloadAt = headerBytes(to - from);
        this.frame = block.bytes(from - payloadAt, to);
        this.block = block;
        writeHeader(frame.duplicate(), FINAL_BINARY, to - from);
    }

    /** Where the payload of a text message can be written to, to be given to {@link #text(JsonBytes)}. */
    static JsonBytes textBytes(int expectedBytes) {
        return new JsonBytes(MAX_HEADER_BYTES, expectedBytes);
    }

    /** A text message of what was written to {@link #textBytes}; takes the array over. */
    static Message text(JsonBytes written) {
        return new Message(true, written.toBuffer());
    }

    static Message text(byte[] utf8) {
        requireNonNull(utf8, "utf8");
        return new Message(true, utf8.length, payload -> payload.put(utf8));
    }

    /**
     * A message of so many bytes.
     *
     * @param filling writes them, and keeps nothing of the buffer
     */
    static Message binary(int bytes, Consumer<ByteBuffer> filling) {
        return new Message(false, bytes, filling);
    }

    /**
     * A message in lent memory; takes the memory over.
     *
     * @param from where its payload begins, with room for the frame's header before it
     * @param to exclusive
     * @param heading writes what the payload begins with, and keeps nothing of the buffer
     */
    static Message binary(ReadBlock block, int from, int to, Consumer<ByteBuffer> heading) {
        Message message = new Message(block, from, to);
        heading.accept(message.frame.slice(message.payloadAt, to - from));
        return message;
    }

    private static int headerBytes(int bytes) {
        if (bytes <= MAX_SHORT_BYTES) {
            return 2;
        }
        return bytes <= MAX_SIXTEEN_BITS ? 2 + Short.BYTES : 2 + Long.BYTES;
    }

    private static void writeHeader(ByteBuffer target, byte opcode, int bytes) {
        target.put(opcode);
        if (bytes <= MAX_SHORT_BYTES) {
            target.put((byte) bytes);
        } else if (bytes <= MAX_SIXTEEN_BITS) {
            target.put(SIXTEEN_BITS).putShort((short) bytes);
        } else {
            target.put(SIXTY_FOUR_BITS).putLong(bytes);
        }
    }

    /** The frame was written; nobody looks at it any more. */
    void sent() {
        if (block != null) {
            block.close();
        }
    }

    boolean text() {
        return text;
    }

    /** Of the payload. */
    int bytes() {
        return frame.limit() - payloadAt;
    }

    /** The payload of a text message. */
    String string() {
        return UTF_8.decode(payload()).toString();
    }

    /** Read-only. */
    ByteBuffer payload() {
        return frame.slice(payloadAt, bytes()).asReadOnlyBuffer();
    }

    /** Header and payload. Shows its array, so that the transport need not copy it; nobody may write to it. */
    ByteBuffer frame() {
        return frame.duplicate();
    }
}
