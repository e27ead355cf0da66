package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The elements of a request's {@code records} array, without the brackets. Keys and values are JSON text already (see
 * {@link Payload}), so they are copied as they are.
 */
final class JsonEncoding implements Encoding {
    private static final byte[] PARTITION = ascii("{\"partition\":");
    private static final byte[] KEY = ascii(",\"key\":");
    private static final byte[] VALUE = ascii(",\"value\":");
    private static final byte END = '}';
    private static final byte COMMA = ',';
    private static final int FIXED_BYTES = 48;

    private final int maxRecords;
    private byte[] bytes = new byte[4096];
    private int size;
    private int count;

    JsonEncoding(int maxRecords) {
        this.maxRecords = maxRecords;
    }

    @Override
    public void add(int partition, byte[] key, byte[] value) {
        reserve(FIXED_BYTES + value.length + (key == null ? 0 : key.length));
        if (count++ > 0) {
            bytes[size++] = COMMA;
        }
        put(PARTITION);
        putNumber(partition);
        if (key != null) {
            put(KEY);
            put(key);
        }
        put(VALUE);
        put(value);
        bytes[size++] = END;
    }

    @Override
    public boolean full() {
        return count >= maxRecords;
    }

    @Override
    public ByteBuffer finish() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    private void put(byte[] text) {
        System.arraycopy(text, 0, bytes, size, text.length);
        size += text.length;
    }

    private void putNumber(int number) {
        int digits = 1;
        for (int rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        int rest = number;
        for (int at = size + digits - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += digits;
    }
}
