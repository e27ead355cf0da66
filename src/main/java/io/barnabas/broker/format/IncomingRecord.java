package io.barnabas.broker.format;

import io.barnabas.record.Header;
import java.util.Arrays;
import java.util.List;

/**
 * The record that a {@link RecordsReader} has just read. One object shows one record after the other, so what it shows
 * is valid only until {@link RecordSink#accept} returns; headers and the results of {@link #keyBytes} and {@link
 * #valueBytes} may be kept.
 */
public final class IncomingRecord {
    /** The length of a null key or value. */
    public static final int NULL_LENGTH = -1;

    /** The partition or timestamp of a record that names none. */
    public static final int NONE = -1;

    private final Scratch bytes;
    private int index;
    private int partition;
    private long timestamp;
    private int keyAt;
    private int keyLength;
    private int valueAt;
    private int valueLength;
    private List<Header> headers;

    IncomingRecord(Scratch bytes) {
        this.bytes = bytes;
    }

    /** The record's place in the request, from 0. */
    public int index() {
        return index;
    }

    /** {@link #NONE} when the request names none. */
    public int partition() {
        return partition;
    }

    /** Milliseconds since the epoch; {@link #NONE} when the request names none. */
    public long timestamp() {
        return timestamp;
    }

    /** What key and value positions refer to. */
    public byte[] array() {
        return bytes.array();
    }

    public boolean hasKey() {
        return keyLength >= 0;
    }

    public int keyAt() {
        return keyAt;
    }

    /** {@link #NULL_LENGTH} for null. */
    public int keyLength() {
        return keyLength;
    }

    public int valueAt() {
        return valueAt;
    }

    /** {@link #NULL_LENGTH} for null, a tombstone. */
    public int valueLength() {
        return valueLength;
    }

    /** Immutable. */
    public List<Header> headers() {
        return headers;
    }

    /** The key in an array of its own, or null. */
    public byte[] keyBytes() {
        return copy(keyAt, keyLength);
    }

    /** The value in an array of its own, or null. */
    public byte[] valueBytes() {
        return copy(valueAt, valueLength);
    }

    void begin(int newIndex) {
        bytes.clear();
        index = newIndex;
        partition = NONE;
        timestamp = NONE;
        keyLength = NULL_LENGTH;
        valueLength = NULL_LENGTH;
        headers = List.of();
    }

    void partition(int number) {
        partition = number;
    }

    void timestamp(long ms) {
        timestamp = ms;
    }

    void key(int at, int length) {
        keyAt = at;
        keyLength = length;
    }

    void value(int at, int length) {
        valueAt = at;
        valueLength = length;
    }

    void headers(List<Header> read) {
        headers = List.copyOf(read);
    }

    private byte[] copy(int at, int length) {
        return length < 0 ? null : Arrays.copyOfRange(bytes.array(), at, at + length);
    }
}
