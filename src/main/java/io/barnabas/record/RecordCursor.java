package io.barnabas.record;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Walks over the records of one batch without making an object for each: after {@link #next} the accessors describe the
 * current record, and key and value are places in {@link #buffer}.
 *
 * <p>Every size, count and varint is checked against what is there before it is used, offsets must rise within the
 * batch, and bytes left over after the last record are an error: all {@code UNREADABLE_BATCH}. A record past {@link
 * RecordLimits#maxRecordBytes} is {@code RECORD_TOO_LARGE}. Confined to one thread.
 */
public final class RecordCursor {
    /** The length of a null key or value. */
    public static final int NULL_LENGTH = -1;

    /** Length, attributes, timestamp, offset, key length, value length, header count: a byte each. */
    private static final int SMALLEST_RECORD_BYTES = 7;

    private static final int SMALLEST_HEADER_BYTES = 2;

    private final RecordBatch batch;
    private final ByteBuffer buffer;
    private final int maxRecordBytes;
    private final int recordCount;
    private final long baseOffset;
    private final long baseTimestamp;
    private final boolean appendTime;
    private final long maxTimestamp;
    private final int lastOffsetDelta;

    private int index = -1;
    private int at;
    private int end;
    private int recordAt;
    private int offsetDelta = -1;
    private long timestamp;
    private int keyAt;
    private int keyLength;
    private int valueAt;
    private int valueLength;
    private int headersAt;
    private int headerCount;

    /** Decompresses the records if need be. The batch's bytes must not change while the cursor is used. */
    RecordCursor(RecordBatch batch, RecordLimits limits) {
        this.batch = batch;
        this.maxRecordBytes = limits.maxRecordBytes();
        this.recordCount = batch.recordCount();
        this.baseOffset = batch.baseOffset();
        this.baseTimestamp = batch.baseTimestamp();
        this.appendTime = batch.appendTime();
        this.maxTimestamp = batch.maxTimestamp();
        this.lastOffsetDelta = batch.lastOffsetDelta();
        // A batch that compaction has emptied has no stream to decompress.
        this.buffer = recordCount == 0
                ? batch.payload()
                : Codecs.decompress(Compression.of(batch.codec()), batch.payload(), limits.maxDecompressedBytes());
        if (recordCount < 0 || (long) recordCount * SMALLEST_RECORD_BYTES > buffer.limit()) {
            throw unreadable("batch claims " + recordCount + " records in " + buffer.limit() + " bytes");
        }
    }

    /** Moves to the next record; false after the last. */
    public boolean next() {
        if (index + 1 >= recordCount) {
            if (at != buffer.limit()) {
                throw unreadable((buffer.limit() - at) + " bytes are left over after the last record");
            }
            return false;
        }
        index++;
        recordAt = at;
        end = buffer.limit();
        int size = varint("length");
        if (size < 0 || size > end - at) {
            throw unreadable("record " + index + " claims " + size + " bytes, " + (end - at) + " are left");
        }
        if (size > maxRecordBytes) {
            throw new BarnabasException(
                    ErrorCode.RECORD_TOO_LARGE,
                    "record " + index + " has " + size + " bytes, at most " + maxRecordBytes + " are allowed");
        }
        end = at + size;
        body();
        return true;
    }

    /** Calls {@code reader} with each record left, as an object of its own. */
    public void forEachRemaining(Consumer<LogRecord> reader) {
        while (next()) {
            reader.accept(record());
        }
    }

    /** The records left, each as an object of its own. */
    public List<LogRecord> toList() {
        List<LogRecord> records = new ArrayList<>(recordCount);
        forEachRemaining(records::add);
        return records;
    }

    /** The batch that is walked. */
    public RecordBatch batch() {
        return batch;
    }

    /** The current record's place among those the batch holds, from 0; not its offset, which may have gaps. */
    public int index() {
        return index;
    }

    public long offset() {
        return baseOffset + offsetDelta;
    }

    public int offsetDelta() {
        return offsetDelta;
    }

    /** Milliseconds: the batch's append time if it has one, else the record's own; -1 when the producer gave none. */
    public long timestamp() {
        return appendTime ? maxTimestamp : timestamp;
    }

    /** What key and value positions refer to. Do not write to it and do not move it. */
    public ByteBuffer buffer() {
        return buffer;
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

    /** {@link #NULL_LENGTH} for null. */
    public int valueLength() {
        return valueLength;
    }

    public int headerCount() {
        return headerCount;
    }

    /** The key as a view, or null. */
    public ByteBuffer key() {
        return keyLength < 0 ? null : buffer.slice(keyAt, keyLength).asReadOnlyBuffer();
    }

    /** The value as a view, or null. */
    public ByteBuffer value() {
        return valueLength < 0 ? null : buffer.slice(valueAt, valueLength).asReadOnlyBuffer();
    }

    /** The key in an array of its own, or null. */
    public byte[] keyBytes() {
        return copy(keyAt, keyLength);
    }

    /** The value in an array of its own, or null. */
    public byte[] valueBytes() {
        return copy(valueAt, valueLength);
    }

    /** The headers, in order, each in an object of its own. */
    public List<Header> headers() {
        if (headerCount == 0) {
            return List.of();
        }
        int resume = at;
        at = headersAt;
        List<Header> headers = new ArrayList<>(headerCount);
        for (int i = 0; i < headerCount; i++) {
            int size = varint("header key length");
            String key = new String(copy(at, size), UTF_8);
            at += size;
            int valueSize = varint("header value length");
            headers.add(new Header(key, copy(at, valueSize)));
            at += Math.max(0, valueSize);
        }
        at = resume;
        return headers;
    }

    public LogRecord record() {
        return new LogRecord(offset(), timestamp(), keyBytes(), valueBytes(), headers());
    }

    /** Bytes of the record as the batch holds it, its length field included. */
    public int sizeInBytes() {
        return at - recordAt;
    }

    /** The record as the batch holds it, its length field included. */
    ByteBuffer encoded() {
        return buffer.slice(recordAt, at - recordAt);
    }

    private void body() {
        requireLeft(1, "attributes");
        at++;
        long timestampDelta = varlong("timestamp");
        timestamp = baseTimestamp + timestampDelta;
        if (((baseTimestamp ^ timestamp) & (timestampDelta ^ timestamp)) < 0) {
            throw unreadable("record " + index + " has a timestamp that overflows");
        }
        int delta = varint("offset");
        if (delta <= offsetDelta || delta > lastOffsetDelta) {
            throw unreadable("record " + index + " has offset delta " + delta + ", expected more than " + offsetDelta
                    + " and at most " + lastOffsetDelta);
        }
        offsetDelta = delta;
        keyLength = length("key length");
        keyAt = at;
        at += Math.max(0, keyLength);
        valueLength = length("value length");
        valueAt = at;
        at += Math.max(0, valueLength);
        skipHeaders();
        if (at != end) {
            throw unreadable("record " + index + " is " + (end - at) + " bytes longer than its fields");
        }
    }

    private void skipHeaders() {
        headerCount = varint("header count");
        if (headerCount < 0 || headerCount > (end - at) / SMALLEST_HEADER_BYTES) {
            throw unreadable("record " + index + " claims " + headerCount + " headers in " + (end - at) + " bytes");
        }
        headersAt = at;
        for (int i = 0; i < headerCount; i++) {
            int keySize = length("header key length");
            if (keySize < 0) {
                throw unreadable("record " + index + " has a header without a key");
            }
            at += keySize;
            int valueSize = length("header value length");
            at += Math.max(0, valueSize);
        }
    }

    private int length(String what) {
        int length = varint(what);
        if (length < NULL_LENGTH || length > end - at) {
            throw unreadable("record " + index + " has " + what + " " + length + ", " + (end - at) + " bytes are left");
        }
        return length;
    }

    private int varint(String what) {
        int unsigned = 0;
        for (int shift = 0; shift < 7 * Varints.MAX_INT_BYTES; shift += 7) {
            requireLeft(1, what);
            byte next = buffer.get(at++);
            unsigned |= (next & 0x7f) << shift;
            if (next >= 0) {
                return (unsigned >>> 1) ^ -(unsigned & 1);
            }
        }
        throw unreadable("record " + index + " has a " + what + " of more than " + Varints.MAX_INT_BYTES + " bytes");
    }

    private long varlong(String what) {
        long unsigned = 0;
        for (int shift = 0; shift < 7 * Varints.MAX_LONG_BYTES; shift += 7) {
            requireLeft(1, what);
            byte next = buffer.get(at++);
            unsigned |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (unsigned >>> 1) ^ -(unsigned & 1);
            }
        }
        throw unreadable("record " + index + " has a " + what + " of more than " + Varints.MAX_LONG_BYTES + " bytes");
    }

    private void requireLeft(int count, String what) {
        if (end - at < count) {
            throw unreadable("record " + index + " ends inside of its " + what);
        }
    }

    private byte[] copy(int from, int length) {
        if (length < 0) {
            return null;
        }
        byte[] copy = new byte[length];
        buffer.get(from, copy);
        return copy;
    }

    private static BarnabasException unreadable(String message) {
        return new BarnabasException(ErrorCode.UNREADABLE_BATCH, message);
    }
}
