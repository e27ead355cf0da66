package io.barnabas.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Frames of RFC 6455 as a client sends and receives them: sent ones are masked and whole, received ones may be in
 * fragments, between which control frames may come. Confined to one thread.
 */
final class WebSocketFrames {
    static final int CONTINUATION = 0x0;
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xa;

    /** The most that stands before a frame's payload: two bytes, a long length, the mask. */
    static final int MAX_HEADER_BYTES = 14;

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int OPCODE = 0x0f;
    private static final int LENGTH = 0x7f;
    private static final int SHORT_FOLLOWS = 126;
    private static final int LONG_FOLLOWS = 127;
    private static final int MAX_SHORT_LENGTH = 0xffff;
    private static final int CONTROL = 0x8;

    /** A whole message or control frame; the bytes are good until the next call of {@link #next}. */
    record Message(int opcode, ByteBuffer bytes) {}

    private ByteBuffer fragments = ByteBuffer.allocate(0);
    private int fragmentedOpcode = CONTINUATION;
    private int header;

    /**
     * Makes a frame in place: the payload lies in {@code [MAX_HEADER_BYTES, position)} and is masked where it lies, the
     * header is put right before it.
     *
     * @return the frame, from its first byte to its last
     */
    static ByteBuffer seal(int opcode, ByteBuffer room, int mask) {
        int length = room.position() - MAX_HEADER_BYTES;
        int lengthBytes = length < SHORT_FOLLOWS ? 0 : length <= MAX_SHORT_LENGTH ? Short.BYTES : Long.BYTES;
        int from = MAX_HEADER_BYTES - Integer.BYTES - lengthBytes - 2;
        room.put(from, (byte) (FINAL | opcode));
        if (lengthBytes == 0) {
            room.put(from + 1, (byte) (MASKED | length));
        } else if (lengthBytes == Short.BYTES) {
            room.put(from + 1, (byte) (MASKED | SHORT_FOLLOWS)).putShort(from + 2, (short) length);
        } else {
            room.put(from + 1, (byte) (MASKED | LONG_FOLLOWS)).putLong(from + 2, length);
        }
        room.putInt(MAX_HEADER_BYTES - Integer.BYTES, mask);
        mask(room, MAX_HEADER_BYTES, room.position(), mask);
        return room.flip().position(from);
    }

    /** The next whole message, which is taken off the buffer; null when there is none yet. */
    Message next(ByteBuffer bytes) throws IOException {
        while (true) {
            ByteBuffer payload = payload(bytes);
            if (payload == null) {
                return null;
            }
            bytes.position(bytes.position() + payload.remaining());
            Message message = assembled(payload);
            if (message != null) {
                return message;
            }
        }
    }

    /** Moves past a frame's header and gives its payload, or moves nothing when the frame is not whole. */
    private ByteBuffer payload(ByteBuffer bytes) throws IOException {
        int at = bytes.position();
        if (bytes.remaining() < 2) {
            return null;
        }
        int second = bytes.get(at + 1);
        if ((second & MASKED) != 0) {
            throw new IOException("the server sent a masked frame");
        }
        int shortLength = second & LENGTH;
        int headerBytes =
                2 + (shortLength < SHORT_FOLLOWS ? 0 : shortLength == SHORT_FOLLOWS ? Short.BYTES : Long.BYTES);
        if (bytes.remaining() < headerBytes) {
            return null;
        }
        long length = shortLength < SHORT_FOLLOWS
                ? shortLength
                : shortLength == SHORT_FOLLOWS ? Short.toUnsignedInt(bytes.getShort(at + 2)) : bytes.getLong(at + 2);
        if (length < 0 || length > Integer.MAX_VALUE - headerBytes) {
            throw new IOException("the server sent a frame that claims " + length + " bytes");
        }
        if (bytes.remaining() < headerBytes + length) {
            return null;
        }
        header = bytes.get(at);
        bytes.position(at + headerBytes);
        return bytes.slice(at + headerBytes, (int) length);
    }

    private Message assembled(ByteBuffer payload) throws IOException {
        int opcode = header & OPCODE;
        boolean whole = (header & FINAL) != 0;
        if ((opcode & CONTROL) != 0) {
            return new Message(opcode, payload);
        }
        if (whole && opcode != CONTINUATION && fragmentedOpcode == CONTINUATION) {
            return new Message(opcode, payload);
        }
        if ((opcode == CONTINUATION) == (fragmentedOpcode == CONTINUATION)) {
            throw new IOException("the server sent fragments out of order");
        }
        if (opcode != CONTINUATION) {
            fragments.clear();
            fragmentedOpcode = opcode;
        }
        append(payload);
        if (!whole) {
            return null;
        }
        Message message = new Message(fragmentedOpcode, fragments.duplicate().flip());
        fragmentedOpcode = CONTINUATION;
        return message;
    }

    private void append(ByteBuffer fragment) {
        if (fragments.remaining() < fragment.remaining()) {
            int needed = fragments.position() + fragment.remaining();
            fragments = ByteBuffer.allocate(Math.max(needed, fragments.capacity() * 2))
                    .put(fragments.flip());
        }
        fragments.put(fragment);
    }

    /** Eight bytes at a time: a byte at a time would be most of the client's work. */
    private static void mask(ByteBuffer bytes, int from, int to, int mask) {
        long wide = Integer.toUnsignedLong(mask) << Integer.SIZE | Integer.toUnsignedLong(mask);
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            bytes.putLong(at, bytes.getLong(at) ^ wide);
        }
        for (int i = at; i < to; i++) {
            bytes.put(i, (byte) (bytes.get(i) ^ mask >>> (Byte.SIZE * (3 - ((i - from) & 3)))));
        }
    }
}
