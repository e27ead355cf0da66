package io.barnabas.record;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A view of one record batch in Kafka's format v2, in a buffer that it does not own.
 *
 * <pre>
 *  0 int64 baseOffset            21 int16 attributes            43 int64 producerId
 *  8 int32 batchLength           23 int32 lastOffsetDelta       51 int16 producerEpoch
 * 12 int32 partitionLeaderEpoch  27 int64 baseTimestamp         53 int32 baseSequence
 * 16 int8  magic (2)             35 int64 maxTimestamp          57 int32 recordCount
 * 17 uint32 crc32c of 21..end                                   61 records, compressed as one stream
 *
 * attributes: bits 0-2 codec, 3 timestamp type (1 = append time), 4 transactional, 5 control, 6 delete horizon
 * </pre>
 *
 * <p>{@code batchLength} counts the bytes after itself. The checksum covers byte 21 to the end, so base offset and
 * leader epoch can be patched in place ({@link #assign}) without touching it. The format's source is the documentation
 * of Kafka's message format, {@code kafka.apache.org/documentation/#recordbatch}.
 *
 * <p>Not thread-safe for {@link #assign} and {@link #stampAppendTime}; otherwise a read-only view. Reading an accessor never moves the buffer.
 */
public final class RecordBatch {
    public static final int BASE_OFFSET_AT = 0;
    public static final int LENGTH_AT = BASE_OFFSET_AT + Long.BYTES;
    public static final int LEADER_EPOCH_AT = LENGTH_AT + Integer.BYTES;
    public static final int MAGIC_AT = LEADER_EPOCH_AT + Integer.BYTES;
    public static final int CRC_AT = MAGIC_AT + 1;
    public static final int ATTRIBUTES_AT = CRC_AT + Integer.BYTES;
    public static final int LAST_OFFSET_DELTA_AT = ATTRIBUTES_AT + Short.BYTES;
    public static final int BASE_TIMESTAMP_AT = LAST_OFFSET_DELTA_AT + Integer.BYTES;
    public static final int MAX_TIMESTAMP_AT = BASE_TIMESTAMP_AT + Long.BYTES;
    public static final int PRODUCER_ID_AT = MAX_TIMESTAMP_AT + Long.BYTES;
    public static final int PRODUCER_EPOCH_AT = PRODUCER_ID_AT + Long.BYTES;
    public static final int BASE_SEQUENCE_AT = PRODUCER_EPOCH_AT + Short.BYTES;
    public static final int RECORD_COUNT_AT = BASE_SEQUENCE_AT + Integer.BYTES;

    /** Bytes of a batch before its records. */
    public static final int HEADER_BYTES = RECORD_COUNT_AT + Integer.BYTES;

    /** Bytes up to and including {@code batchLength}: what must be read to know a batch's size. */
    public static final int LOG_OVERHEAD_BYTES = LENGTH_AT + Integer.BYTES;

    public static final byte MAGIC = 2;
    public static final long NO_PRODUCER_ID = -1L;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final long NO_TIMESTAMP = -1L;

    static final int CODEC_MASK = 0x07;
    static final int APPEND_TIME_MASK = 0x08;
    static final int TRANSACTIONAL_MASK = 0x10;
    static final int CONTROL_MASK = 0x20;

    private final ByteBuffer buffer;

    private RecordBatch(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * The batch that starts at the buffer's position and ends with it or before it.
     *
     * @throws BarnabasException {@code UNREADABLE_BATCH} when the bytes cannot be a whole v2 batch; the checksum is not
     *     looked at here
     */
    public static RecordBatch at(ByteBuffer bytes) {
        requireNonNull(bytes, "bytes");
        int start = bytes.position();
        if (bytes.remaining() < HEADER_BYTES) {
            throw unreadable("a batch header has " + HEADER_BYTES + " bytes, only " + bytes.remaining() + " are left");
        }
        int size = sizeAt(bytes, start);
        if (size < HEADER_BYTES || size > bytes.remaining()) {
            throw unreadable("batch claims " + size + " bytes, " + bytes.remaining() + " are left");
        }
        byte magic = bytes.get(start + MAGIC_AT);
        if (magic != MAGIC) {
            throw unreadable("batch has magic " + magic + ", only " + MAGIC + " is supported");
        }
        return new RecordBatch(bytes.slice(start, size));
    }

    /** The whole size in bytes that the batch at {@code start} claims; may be nonsense, also negative. */
    public static int sizeAt(ByteBuffer bytes, int start) {
        return (int) Math.min(Integer.MAX_VALUE, LOG_OVERHEAD_BYTES + (long) bytes.getInt(start + LENGTH_AT));
    }

    /** The whole batch's size in bytes, header included. */
    public int sizeInBytes() {
        return buffer.limit();
    }

    public long baseOffset() {
        return buffer.getLong(BASE_OFFSET_AT);
    }

    /** Inclusive. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** Exclusive: the offset of the next batch when offsets are dense. */
    public long endOffset() {
        return lastOffset() + 1;
    }

    public int lastOffsetDelta() {
        return buffer.getInt(LAST_OFFSET_DELTA_AT);
    }

    public int leaderEpoch() {
        return buffer.getInt(LEADER_EPOCH_AT);
    }

    public long baseTimestamp() {
        return buffer.getLong(BASE_TIMESTAMP_AT);
    }

    public long maxTimestamp() {
        return buffer.getLong(MAX_TIMESTAMP_AT);
    }

    public long producerId() {
        return buffer.getLong(PRODUCER_ID_AT);
    }

    public short producerEpoch() {
        return buffer.getShort(PRODUCER_EPOCH_AT);
    }

    public int baseSequence() {
        return buffer.getInt(BASE_SEQUENCE_AT);
    }

    /** The sequence of the last record, counted modulo 2^31; {@link #NO_SEQUENCE} when the batch has none. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : (base + lastOffsetDelta()) & Integer.MAX_VALUE;
    }

    public int recordCount() {
        return buffer.getInt(RECORD_COUNT_AT);
    }

    public short attributes() {
        return buffer.getShort(ATTRIBUTES_AT);
    }

    /** The codec number as stored, which may be one that {@link Compression} does not know. */
    public int codec() {
        return attributes() & CODEC_MASK;
    }

    /** Whether all records carry {@link #maxTimestamp()}, the time of the append, in place of their own. */
    public boolean appendTime() {
        return (attributes() & APPEND_TIME_MASK) != 0;
    }

    public boolean transactional() {
        return (attributes() & TRANSACTIONAL_MASK) != 0;
    }

    public boolean control() {
        return (attributes() & CONTROL_MASK) != 0;
    }

    public long storedCrc() {
        return Integer.toUnsignedLong(buffer.getInt(CRC_AT));
    }

    public boolean crcValid() {
        return storedCrc() == computedCrc();
    }

    long computedCrc() {
        return Integer.toUnsignedLong(crcOf(buffer));
    }

    /** The checksum of a whole batch that lies in {@code [0, limit)} of {@code batch}. */
    static int crcOf(ByteBuffer batch) {
        CRC32C crc = new CRC32C();
        crc.update(batch.slice(ATTRIBUTES_AT, batch.limit() - ATTRIBUTES_AT));
        return (int) crc.getValue();
    }

    /** Numbers the batch in place: only the owner's single writer may call this, before the bytes are published. */
    public void assign(long baseOffset, int leaderEpoch) {
        buffer.putLong(BASE_OFFSET_AT, baseOffset);
        buffer.putInt(LEADER_EPOCH_AT, leaderEpoch);
    }

    /**
     * Gives all records the time of the append: sets the timestamp type and the maximum, and the checksum that covers
     * them. Only the owner's single writer may call this, before the bytes are published.
     */
    public void stampAppendTime(long timestampMs) {
        buffer.putShort(ATTRIBUTES_AT, (short) (attributes() | APPEND_TIME_MASK));
        correctMaxTimestamp(timestampMs);
    }

    /**
     * Makes the batch one of an idempotent producer: sets its fields and the checksum that covers them. Only before the
     * batch is appended.
     */
    public void stampProducer(ProducerSequence sequence) {
        buffer.putLong(PRODUCER_ID_AT, sequence.producerId());
        buffer.putShort(PRODUCER_EPOCH_AT, sequence.producerEpoch());
        buffer.putInt(BASE_SEQUENCE_AT, sequence.baseSequence());
        buffer.putInt(CRC_AT, crcOf(buffer));
    }

    /** Replaces the maximum timestamp, and the checksum that covers it. Under the same rule as {@link #assign}. */
    void correctMaxTimestamp(long timestampMs) {
        buffer.putLong(MAX_TIMESTAMP_AT, timestampMs);
        buffer.putInt(CRC_AT, crcOf(buffer));
    }

    /** The whole batch, read-only, from its first to its last byte. */
    public ByteBuffer bytes() {
        return buffer.asReadOnlyBuffer();
    }

    /** Walks over the records, decompressed if need be, within {@code limits}. Does not look at the checksum. */
    public RecordCursor records(RecordLimits limits) {
        return new RecordCursor(this, limits);
    }

    /**
     * The records' bytes as stored, compressed or not. Not read-only, although nobody may write: so that codecs reach
     * the array behind it without a copy.
     */
    ByteBuffer payload() {
        return buffer.slice(HEADER_BYTES, buffer.limit() - HEADER_BYTES);
    }

    private static BarnabasException unreadable(String message) {
        return new BarnabasException(ErrorCode.UNREADABLE_BATCH, message);
    }
}
