package io.barnabas.record;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes that are appended to an array which grows up to a limit. The array is handed out without a copy, so what was
 * handed out must not be written to again. Confined to one thread.
 */
final class GrowingBytes extends OutputStream {
    private static final int SMALLEST_BYTES = 256;

    private final int maxBytes;
    private final String what;
    private byte[] bytes;
    private int size;

    /** Grows to at most {@code maxBytes}; {@code what} names the thing that is then too large. */
    GrowingBytes(int initialBytes, int maxBytes, String what) {
        this.maxBytes = maxBytes;
        this.what = what;
        this.bytes = new byte[Math.min(maxBytes, Math.max(SMALLEST_BYTES, initialBytes))];
    }

    int size() {
        return size;
    }

    /** The array itself; only {@code [0, size)} is meaningful, and it is replaced when it grows. */
    byte[] array() {
        return bytes;
    }

    /** Leaves {@code count} bytes, whatever they hold, to be filled later through {@link #array()}. */
    void skip(int count) {
        reserve(count);
        size += count;
    }

    @Override
    public void write(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    /** Appends what remains of {@code source} without moving it. */
    void write(ByteBuffer source) {
        int length = source.remaining();
        reserve(length);
        source.get(source.position(), bytes, size, length);
        size += length;
    }

    void writeVarint(int value) {
        reserve(Varints.MAX_INT_BYTES);
        size = Varints.write(value, bytes, size);
    }

    void writeVarlong(long value) {
        reserve(Varints.MAX_LONG_BYTES);
        size = Varints.write(value, bytes, size);
    }

    /** The bytes written so far, in the array they were written to. */
    ByteBuffer toBuffer() {
        return ByteBuffer.wrap(bytes, 0, size).slice();
    }

    /** Makes room for {@code count} more bytes without writing them. */
    void reserve(int count) {
        long needed = (long) size + count;
        if (needed <= bytes.length) {
            return;
        }
        if (needed > maxBytes) {
            throw new BarnabasException(
                    ErrorCode.RECORD_TOO_LARGE, what + " would exceed " + maxBytes + " bytes, the limit");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, Math.max(needed, 2L * bytes.length)));
    }
}
