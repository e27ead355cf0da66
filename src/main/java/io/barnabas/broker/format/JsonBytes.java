package io.barnabas.broker.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON text in UTF-8 that is written to one array, which grows as it must and is given away without a copy. Knows nothing
 * of structure: what is written is JSON if the caller's pieces make it so. Confined to one thread until it is given away.
 */
public final class JsonBytes {
    private static final int MOST_BYTES = Integer.MAX_VALUE - 8;
    private static final int LONG_DIGITS = 20;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);

    /** What follows the backslash, for control characters with a short form; 0 for the others. */
    private static final byte[] SHORT_ESCAPES = shortEscapes();

    private final int start;
    private byte[] bytes;
    private int size;

    /** @param spareBytes left free before the text, for a header that is not known yet */
    public JsonBytes(int spareBytes, int initialBytes) {
        this.start = spareBytes;
        this.size = spareBytes;
        this.bytes = new byte[spareBytes + initialBytes];
    }

    /** Of the text. */
    public int size() {
        return size - start;
    }

    /** The spare bytes and then the text: from 0 to its limit, in the array it was written to. */
    public ByteBuffer toBuffer() {
        return ByteBuffer.wrap(bytes, 0, size).slice();
    }

    /** A copy of the text, for those who need an array of their own. */
    public byte[] toArray() {
        return Arrays.copyOfRange(bytes, start, size);
    }

    /** Takes back what was written after the text had this size. */
    void back(int earlierSize) {
        size = start + earlierSize;
    }

    /** Writes what is JSON already. */
    public void raw(byte[] json) {
        raw(json, 0, json.length);
    }

    /** Writes what is JSON already. */
    public void raw(byte[] json, int at, int length) {
        reserve(length);
        System.arraycopy(json, at, bytes, size, length);
        size += length;
    }

    /** Writes one ASCII character of structure. */
    public void raw(char structure) {
        reserve(1);
        bytes[size++] = (byte) structure;
    }

    public void number(long number) {
        if (number == Long.MIN_VALUE) {
            raw(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
            return;
        }
        reserve(LONG_DIGITS);
        long left = number;
        if (left < 0) {
            bytes[size++] = '-';
            left = -left;
        }
        size += Decimals.digits(left);
        Decimals.write(left, bytes, size);
    }

    /** Writes a string. Half a surrogate pair, which has no UTF-8, is a question mark. */
    public void string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        string(utf8, 0, utf8.length);
    }

    /** Writes UTF-8 as a string; false, with a part written, when it is no UTF-8. */
    public boolean string(byte[] utf8, int at, int length) {
        reserve(length + 2);
        bytes[size++] = '"';
        int end = at + length;
        int from = at;
        while (true) {
            int run = PlainRun.end(utf8, from, end);
            reserve(end - from + 2);
            System.arraycopy(utf8, from, bytes, size, run - from);
            size += run - from;
            if (run == end) {
                bytes[size++] = '"';
                return true;
            }
            int taken = odd(utf8, run, end);
            if (taken < 0) {
                return false;
            }
            from = run + taken;
        }
    }

    /** Writes one character that does not stand for itself or is beyond ASCII; how many bytes it was, -1 for no UTF-8. */
    private int odd(byte[] utf8, int at, int end) {
        byte one = utf8[at];
        if (one >= 0) {
            escape(one);
            return 1;
        }
        int length = PlainRun.character(utf8, at, end);
        if (length > 0) {
            raw(utf8, at, length);
        }
        return length;
    }

    private void escape(byte one) {
        reserve(6);
        bytes[size++] = '\\';
        if (SHORT_ESCAPES[one] != 0) {
            bytes[size++] = SHORT_ESCAPES[one];
            return;
        }
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[one >> 4];
        bytes[size++] = HEX[one & 0xf];
    }

    /** Writes any bytes as a base64 string. */
    public void base64(byte[] source, int at, int length) {
        int groups = length / 3;
        reserve(Math.addExact(Math.multiplyExact(4, groups), 6));
        bytes[size++] = '"';
        int from = at;
        for (int i = 0; i < groups; i++, from += 3) {
            group((source[from] & 0xff) << 16 | (source[from + 1] & 0xff) << 8 | (source[from + 2] & 0xff));
        }
        int left = length - 3 * groups;
        if (left > 0) {
            group((source[from] & 0xff) << 16 | (left == 2 ? (source[from + 1] & 0xff) << 8 : 0));
            bytes[size - 1] = '=';
            if (left == 1) {
                bytes[size - 2] = '=';
            }
        }
        bytes[size++] = '"';
    }

    private void group(int bits) {
        bytes[size++] = BASE64[bits >>> 18];
        bytes[size++] = BASE64[bits >>> 12 & 0x3f];
        bytes[size++] = BASE64[bits >>> 6 & 0x3f];
        bytes[size++] = BASE64[bits & 0x3f];
    }

    private void reserve(int count) {
        long needed = (long) size + count;
        if (needed > bytes.length) {
            if (needed > MOST_BYTES) {
                throw new OutOfMemoryError("JSON text of " + needed + " bytes");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(MOST_BYTES, Math.max(needed, 2L * bytes.length)));
        }
    }

    private static byte[] shortEscapes() {
        byte[] escapes = new byte[128];
        escapes['"'] = '"';
        escapes['\\'] = '\\';
        escapes['\b'] = 'b';
        escapes['\t'] = 't';
        escapes['\n'] = 'n';
        escapes['\f'] = 'f';
        escapes['\r'] = 'r';
        return escapes;
    }
}
