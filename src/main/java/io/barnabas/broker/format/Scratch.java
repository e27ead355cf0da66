package io.barnabas.broker.format;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.function.Supplier;

/** Bytes that are written, read and dropped again for every record, in one array. Confined to one thread. */
final class Scratch {
    private static final int INITIAL_BYTES = 512;
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final int maxBytes;
    private final Supplier<? extends RuntimeException> full;
    private byte[] bytes;
    private int size;

    /** Throws what {@code full} supplies when it would hold more than {@code maxBytes}. */
    Scratch(int maxBytes, Supplier<? extends RuntimeException> full) {
        this.maxBytes = maxBytes;
        this.full = requireNonNull(full, "full");
        this.bytes = new byte[Math.min(INITIAL_BYTES, maxBytes)];
    }

    void clear() {
        size = 0;
    }

    /** The array in use; another one once more has been written. */
    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    void write(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    /** Counts {@code count} bytes that are kept elsewhere. */
    void skip(int count) {
        reserve(count);
        size += count;
    }

    void write(byte[] source) {
        reserve(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    /** Writes characters that are ASCII. */
    void writeAscii(char[] source, int at, int length) {
        reserve(length);
        for (int i = 0; i < length; i++) {
            bytes[size++] = (byte) source[at + i];
        }
    }

    void writeAscii(String source) {
        reserve(source.length());
        for (int i = 0; i < source.length(); i++) {
            bytes[size++] = (byte) source.charAt(i);
        }
    }

    /** Writes UTF-8; false, with a part written, when the characters hold half a surrogate pair. */
    boolean writeUtf8(char[] source, int at, int length) {
        int end = at + length;
        for (int i = at + writePlain(source, at, length); i < end; i++) {
            char c = source[i];
            if (!Character.isSurrogate(c)) {
                writeUtf8(c);
            } else if (paired(source, i, end)) {
                writeUtf8(Character.toCodePoint(c, source[++i]));
            } else {
                return false;
            }
        }
        return true;
    }

    /** Writes a JSON string with its quotes. Half a surrogate pair, which has no UTF-8, is written as an escape. */
    void writeQuoted(char[] source, int at, int length) {
        write('"');
        int end = at + length;
        for (int i = at + writePlain(source, at, length); i < end; i++) {
            char c = source[i];
            if (c == '"' || c == '\\') {
                write('\\');
                write(c);
            } else if (c < ' ') {
                writeControl(c);
            } else if (!Character.isSurrogate(c)) {
                writeUtf8(c);
            } else if (paired(source, i, end)) {
                writeUtf8(Character.toCodePoint(c, source[++i]));
            } else {
                writeEscape(c);
            }
        }
        write('"');
    }

    /** Writes the characters up to the first that is not one byte, the same in JSON and in UTF-8; says how many. */
    private int writePlain(char[] source, int at, int length) {
        reserve(length);
        byte[] target = bytes;
        int from = size;
        for (int i = 0; i < length; i++) {
            char c = source[at + i];
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                size = from + i;
                return i;
            }
            target[from + i] = (byte) c;
        }
        size = from + length;
        return length;
    }

    private static boolean paired(char[] source, int at, int end) {
        return at + 1 < end && Character.isSurrogatePair(source[at], source[at + 1]);
    }

    private void writeControl(char c) {
        switch (c) {
            case '\n' -> writeAscii("\\n");
            case '\r' -> writeAscii("\\r");
            case '\t' -> writeAscii("\\t");
            case '\b' -> writeAscii("\\b");
            case '\f' -> writeAscii("\\f");
            default -> writeEscape(c);
        }
    }

    private void writeEscape(char c) {
        writeAscii("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            write(HEX[(c >> shift) & 0xf]);
        }
    }

    private void writeUtf8(int codePoint) {
        if (codePoint < 0x80) {
            write(codePoint);
        } else if (codePoint < 0x800) {
            write(0xc0 | codePoint >> 6);
            write(continuation(codePoint));
        } else if (codePoint < 0x10000) {
            write(0xe0 | codePoint >> 12);
            write(continuation(codePoint >> 6));
            write(continuation(codePoint));
        } else {
            write(0xf0 | codePoint >> 18);
            write(continuation(codePoint >> 12));
            write(continuation(codePoint >> 6));
            write(continuation(codePoint));
        }
    }

    private static int continuation(int bits) {
        return 0x80 | (bits & 0x3f);
    }

    private void reserve(int count) {
        long needed = (long) size + count;
        if (needed > bytes.length) {
            if (needed > maxBytes) {
                throw full.get();
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(maxBytes, Math.max(needed, 2L * bytes.length)));
        }
    }
}
