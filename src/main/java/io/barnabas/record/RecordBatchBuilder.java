package io.barnabas.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Builds one batch of format v2 (see {@link RecordBatch}) record by record, in a buffer that grows up to a limit.
 *
 * <pre>
 * record: varint length of what follows, int8 attributes (0), varlong timestampDelta, varint offsetDelta,
 *         varint keyLength (-1 = null), key, varint valueLength (-1 = null), value,
 *         varint headerCount, then per header: varint keyLength, key, varint valueLength (-1 = null), value
 * </pre>
 *
 * <p>The first record's timestamp is the base timestamp. Records are encoded where they are going to stay, so an
 * uncompressed batch costs no object and no copy per record; a compressed one is compressed in one piece by {@link
 * #build}. Bytes given to {@code append} are copied before it returns. Confined to one thread; good for one batch.
 */
public final class RecordBatchBuilder {
    /** The largest batch that is built unless told otherwise. */
    public static final int DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

    private static final int DEFAULT_INITIAL_BYTES = 1024;
    private static final int NULL_LENGTH = -1;
    private static final byte NO_ATTRIBUTES = 0;
    private static final int NO_LEADER_EPOCH = -1;
    private static final byte[][] NO_KEYS = {};

    private final Compression compression;
    private final GrowingBytes bytes;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private long baseTimestamp;
    private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
    private int recordCount;
    private boolean built;

    public RecordBatchBuilder(Compression compression) {
        this(compression, DEFAULT_INITIAL_BYTES, DEFAULT_MAX_BYTES);
    }

    /**
     * A builder whose buffer starts with {@code initialBytes} and never exceeds {@code maxBytes}, both counted before
     * compression and with the header.
     */
    public RecordBatchBuilder(Compression compression, int initialBytes, int maxBytes) {
        this.compression = requireNonNull(compression, "compression");
        if (initialBytes < 0 || maxBytes < RecordBatch.HEADER_BYTES) {
            throw new IllegalArgumentException("a batch needs room for its header: " + maxBytes + " bytes");
        }
        this.bytes = new GrowingBytes(initialBytes, maxBytes, "batch");
        bytes.skip(RecordBatch.HEADER_BYTES);
    }

    /** Makes the batch one of an idempotent producer. */
    public RecordBatchBuilder producer(long id, short epoch, int sequence) {
        if (id < 0 || epoch < 0 || sequence < 0) {
            throw new IllegalArgumentException("producer id, epoch and sequence must not be negative");
        }
        producerId = id;
        producerEpoch = epoch;
        baseSequence = sequence;
        return this;
    }

    /** Appends a record whose key and value may be null; returns its place in the batch, from 0. */
    public int append(long timestamp, byte[] key, byte[] value, List<Header> headers) {
        return append(timestamp, key, 0, lengthOf(key), value, 0, lengthOf(value), headers);
    }

    /** Appends a record from array slices; a null array is a null key or value, whatever its offset and length. */
    public int append(
            long timestamp,
            byte[] key,
            int keyAt,
            int keyLength,
            byte[] value,
            int valueAt,
            int valueLength,
            List<Header> headers) {
        int keySize = key == null ? NULL_LENGTH : keyLength;
        int valueSize = value == null ? NULL_LENGTH : valueLength;
        byte[][] headerKeys = encodeKeys(headers);
        begin(timestamp, keySize, valueSize, headers, headerKeys);
        bytes.writeVarint(keySize);
        if (key != null) {
            bytes.write(key, keyAt, keySize);
        }
        bytes.writeVarint(valueSize);
        if (value != null) {
            bytes.write(value, valueAt, valueSize);
        }
        return finish(timestamp, headers, headerKeys);
    }

    /** Appends a record from what remains of two buffers, which are not moved; null is a null key or value. */
    public int append(long timestamp, ByteBuffer key, ByteBuffer value, List<Header> headers) {
        int keySize = key == null ? NULL_LENGTH : key.remaining();
        int valueSize = value == null ? NULL_LENGTH : value.remaining();
        byte[][] headerKeys = encodeKeys(headers);
        begin(timestamp, keySize, valueSize, headers, headerKeys);
        bytes.writeVarint(keySize);
        if (key != null) {
            bytes.write(key);
        }
        bytes.writeVarint(valueSize);
        if (value != null) {
            bytes.write(value);
        }
        return finish(timestamp, headers, headerKeys);
    }

    public int recordCount() {
        return recordCount;
    }

    public boolean isEmpty() {
        return recordCount == 0;
    }

    /** The batch's size as far as it is built, before compression: exact for an uncompressed one. */
    public int sizeInBytes() {
        return bytes.size();
    }

    /** An upper bound of what a record adds to {@link #sizeInBytes}; lengths of null are 0. */
    public static long recordBytesAtMost(int keyLength, int valueLength, List<Header> headers) {
        long size = 1L + Varints.MAX_LONG_BYTES + 5L * Varints.MAX_INT_BYTES + keyLength + valueLength;
        for (Header header : headers) {
            // A char is at most three bytes of UTF-8; a surrogate pair is four for two.
            size += 2L * Varints.MAX_INT_BYTES
                    + 3L * header.key().length()
                    + (header.value() == null ? 0 : header.value().length);
        }
        return size;
    }

    /**
     * Finishes the batch: base offset 0, leader epoch -1, create time, checksum set. The buffer is the caller's from
     * here on, from position 0 to its limit, and this builder is spent.
     */
    public ByteBuffer build() {
        requireOpen();
        if (recordCount == 0) {
            throw new IllegalStateException("a batch has at least one record");
        }
        built = true;
        ByteBuffer batch = compression == Compression.NONE ? bytes.toBuffer() : compressed();
        batch.putLong(RecordBatch.BASE_OFFSET_AT, 0);
        batch.putInt(RecordBatch.LENGTH_AT, batch.limit() - RecordBatch.LOG_OVERHEAD_BYTES);
        batch.putInt(RecordBatch.LEADER_EPOCH_AT, NO_LEADER_EPOCH);
        batch.put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC);
        batch.putShort(RecordBatch.ATTRIBUTES_AT, (short) compression.codec());
        batch.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, recordCount - 1);
        batch.putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestamp);
        batch.putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestamp);
        batch.putLong(RecordBatch.PRODUCER_ID_AT, producerId);
        batch.putShort(RecordBatch.PRODUCER_EPOCH_AT, producerEpoch);
        batch.putInt(RecordBatch.BASE_SEQUENCE_AT, baseSequence);
        batch.putInt(RecordBatch.RECORD_COUNT_AT, recordCount);
        batch.putInt(RecordBatch.CRC_AT, RecordBatch.crcOf(batch));
        return batch;
    }

    private ByteBuffer compressed() {
        ByteBuffer records =
                ByteBuffer.wrap(bytes.array(), RecordBatch.HEADER_BYTES, bytes.size() - RecordBatch.HEADER_BYTES);
        return Codecs.compress(compression, records, RecordBatch.HEADER_BYTES);
    }

    private void begin(long timestamp, int keySize, int valueSize, List<Header> headers, byte[][] headerKeys) {
        requireOpen();
        if (timestamp < RecordBatch.NO_TIMESTAMP) {
            throw new BarnabasException(ErrorCode.INVALID_RECORD, "timestamp must not be negative, got " + timestamp);
        }
        if (recordCount == 0) {
            baseTimestamp = timestamp;
        }
        long timestampDelta = timestamp - baseTimestamp;
        long body = 1L
                + Varints.sizeOf(timestampDelta)
                + Varints.sizeOf(recordCount)
                + sizeOfNullable(keySize)
                + sizeOfNullable(valueSize)
                + headersSize(headers, headerKeys);
        int size = (int) Math.min(Integer.MAX_VALUE, body);
        // Room for the whole record first, so that one that is too large leaves no half of itself behind.
        bytes.reserve((int) Math.min(Integer.MAX_VALUE, (long) size + Varints.sizeOf(size)));
        bytes.writeVarint(size);
        bytes.write(NO_ATTRIBUTES);
        bytes.writeVarlong(timestampDelta);
        bytes.writeVarint(recordCount);
    }

    private int finish(long timestamp, List<Header> headers, byte[][] headerKeys) {
        bytes.writeVarint(headers.size());
        for (int i = 0; i < headerKeys.length; i++) {
            byte[] value = headers.get(i).value();
            bytes.writeVarint(headerKeys[i].length);
            bytes.write(headerKeys[i], 0, headerKeys[i].length);
            bytes.writeVarint(lengthOf(value));
            if (value != null) {
                bytes.write(value, 0, value.length);
            }
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        return recordCount++;
    }

    private static long headersSize(List<Header> headers, byte[][] headerKeys) {
        long size = Varints.sizeOf(headers.size());
        for (int i = 0; i < headerKeys.length; i++) {
            size += sizeOfNullable(headerKeys[i].length)
                    + sizeOfNullable(lengthOf(headers.get(i).value()));
        }
        return size;
    }

    private static byte[][] encodeKeys(List<Header> headers) {
        if (headers.isEmpty()) {
            return NO_KEYS;
        }
        byte[][] keys = new byte[headers.size()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = headers.get(i).key().getBytes(UTF_8);
        }
        return keys;
    }

    private static long sizeOfNullable(int length) {
        return (long) Varints.sizeOf(length) + Math.max(0, length);
    }

    private static int lengthOf(byte[] bytes) {
        return bytes == null ? NULL_LENGTH : bytes.length;
    }

    private void requireOpen() {
        if (built) {
            throw new IllegalStateException("the batch is built");
        }
    }
}
