package io.barnabas.record;

/**
 * Variable-length integers as the batch format has them: zigzag, then seven bits a byte, lowest first, with the top bit
 * set on all but the last. The source is Protocol Buffers' encoding of {@code sint32} and {@code sint64}.
 */
final class Varints {
    static final int MAX_INT_BYTES = 5;
    static final int MAX_LONG_BYTES = 10;

    private static final int MORE = 0x80;
    private static final int BITS = 7;

    private Varints() {}

    static int sizeOf(int value) {
        return sizeOfUnsigned(Integer.toUnsignedLong((value << 1) ^ (value >> 31)));
    }

    static int sizeOf(long value) {
        return sizeOfUnsigned((value << 1) ^ (value >> 63));
    }

    /** Writes at {@code at} and returns the index behind it. The array must have room. */
    static int write(int value, byte[] target, int at) {
        return writeUnsigned(Integer.toUnsignedLong((value << 1) ^ (value >> 31)), target, at);
    }

    static int write(long value, byte[] target, int at) {
        return writeUnsigned((value << 1) ^ (value >> 63), target, at);
    }

    private static int writeUnsigned(long unsigned, byte[] target, int at) {
        long rest = unsigned;
        int next = at;
        while ((rest & -MORE) != 0) {
            target[next++] = (byte) (rest | MORE);
            rest >>>= BITS;
        }
        target[next++] = (byte) rest;
        return next;
    }

    private static int sizeOfUnsigned(long unsigned) {
        int significant = Long.SIZE - Long.numberOfLeadingZeros(unsigned | 1);
        return (significant + BITS - 1) / BITS;
    }
}
