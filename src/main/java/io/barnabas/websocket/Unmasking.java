package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Takes the masks off what a client sends, as it comes: eight bytes at a time and where they are. What goes on is the
 * same stream of frames without masks; it is for the next one to find wrong whatever is wrong with them.
 *
 * <pre>
 *   in   | fin rsv opcode | 1 length | 0, 2 or 8 bytes of length | 4 bytes of mask | payload, each byte xor mask[i mod 4] |
 *   out  | fin rsv opcode | 0 length | 0, 2 or 8 bytes of length |                 | payload                              |
 * </pre>
 *
 * <p>The layout is RFC 6455's, section 5.2. A chunk may end anywhere, within a header too. Confined to the thread that
 * reads the connection.
 */
final class Unmasking {
    private static final int LEAST_HEADER_BYTES = 2;
    private static final int MASK_BYTES = 4;
    private static final int MOST_HEADER_BYTES = LEAST_HEADER_BYTES + Long.BYTES + MASK_BYTES;
    private static final int MASKED = 0x80;
    private static final int SIXTEEN_BITS = 126;
    private static final int SIXTY_FOUR_BITS = 127;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final Consumer<ByteBuffer> next;

    /** The header that is being read; complete when {@link #payloadLeft} was set from it. */
    private final ByteBuffer header = ByteBuffer.allocate(MOST_HEADER_BYTES);

    /** Of the frame whose header was read. Below zero: no frame has such a length, and nothing is touched any more. */
    private long payloadLeft;

    /** The mask turned so that its first byte is for the next one of the payload; 0 changes nothing. */
    private int mask;

    /** @param next takes the unmasked bytes, all of them before it returns; they are where they came */
    Unmasking(Consumer<ByteBuffer> next) {
        this.next = requireNonNull(next, "next");
    }

    /**
     * Passes on the bytes between position and limit, and moves the position to the limit.
     *
     * @param chunk writable, with an array; overwritten
     */
    void pass(ByteBuffer chunk) {
        byte[] bytes = chunk.array();
        int read = chunk.arrayOffset() + chunk.position();
        int end = chunk.arrayOffset() + chunk.limit();
        chunk.position(chunk.limit());
        int begin = read;
        int written = read; // never ahead of what was read: frames only get shorter
        while (read < end && payloadLeft >= 0) {
            if (payloadLeft > 0) {
                int count = (int) Math.min(payloadLeft, end - read);
                unmask(bytes, read, written, count);
                read += count;
                written += count;
                payloadLeft -= count;
            } else {
                read += readHeader(bytes, read, end);
                if (complete()) {
                    int room = read - written;
                    ByteBuffer unmasked = beginPayload();
                    if (unmasked.remaining()
                            > room) { // the header began in a chunk that is gone: so it comes first here
                        next.accept(unmasked.slice());
                        begin = read;
                        written = read;
                    } else {
                        int headerBytes = unmasked.remaining();
                        unmasked.get(bytes, written, headerBytes);
                        written += headerBytes;
                    }
                }
            }
        }
        if (read < end) {
            System.arraycopy(bytes, read, bytes, written, end - read);
            written += end - read;
        }
        if (written > begin) {
            next.accept(ByteBuffer.wrap(bytes, begin, written - begin));
        }
    }

    /** Takes what is there of a header; how many bytes that was. */
    private int readHeader(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && !complete()) {
            header.put(bytes[at++]);
        }
        return at - from;
    }

    private boolean complete() {
        return header.position() >= LEAST_HEADER_BYTES && header.position() == headerBytes();
    }

    private int headerBytes() {
        return LEAST_HEADER_BYTES + lengthBytes() + (masked() ? MASK_BYTES : 0);
    }

    private boolean masked() {
        return (header.get(1) & MASKED) != 0;
    }

    private int lengthBytes() {
        return switch (header.get(1) & ~MASKED & 0xff) {
            case SIXTEEN_BITS -> Short.BYTES;
            case SIXTY_FOUR_BITS -> Long.BYTES;
            default -> 0;
        };
    }

    /** Begins the payload of the header that was read; answers the header without its mask, valid until the next one. */
    private ByteBuffer beginPayload() {
        int lengthBytes = lengthBytes();
        payloadLeft = switch (lengthBytes) {
            case Short.BYTES -> Short.toUnsignedInt(header.getShort(LEAST_HEADER_BYTES));
            case Long.BYTES -> header.getLong(LEAST_HEADER_BYTES);
            default -> header.get(1) & ~MASKED & 0xff;
        };
        mask = masked() ? header.getInt(LEAST_HEADER_BYTES + lengthBytes) : 0;
        header.put(1, (byte) (header.get(1) & ~MASKED));
        header.clear();
        return header.duplicate().limit(LEAST_HEADER_BYTES + lengthBytes);
    }

    private void unmask(byte[] bytes, int from, int to, int count) {
        if (mask == 0) {
            System.arraycopy(bytes, from, bytes, to, count);
            return;
        }
        long twice = ((long) mask << Integer.SIZE) | Integer.toUnsignedLong(mask);
        long wide = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? twice : Long.reverseBytes(twice);
        int at = 0;
        for (; at <= count - Long.BYTES; at += Long.BYTES) {
            LONGS.set(bytes, to + at, (long) LONGS.get(bytes, from + at) ^ wide);
        }
        for (; at < count; at++) {
            bytes[to + at] = (byte) (bytes[from + at] ^ (mask >>> (Integer.SIZE - Byte.SIZE * (1 + at % MASK_BYTES))));
        }
        mask = Integer.rotateLeft(mask, Byte.SIZE * (count % MASK_BYTES));
    }
}
