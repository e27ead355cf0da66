package io.barnabas.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class RecordBatchPropertyTest {
    private static final RecordLimits LIMITS = new RecordLimits(1_000_000, 100_000);

    /** What is built is read back the same, through the check, from heap, direct and read-only buffers. */
    @Property(tries = 150)
    void readsBackWhatWasBuilt(@ForAll("recordLists") List<LogRecord> records, @ForAll Compression compression) {
        ByteBuffer built = Batches.ofRecords(compression, records);
        ByteBuffer direct = ByteBuffer.allocateDirect(built.remaining() + 5)
                .position(5)
                .put(built.duplicate())
                .position(5);

        BatchSummary summary = new BatchCheck(BatchRules.ofSize(built.remaining())).check(direct);

        assertThat(summary.recordCount()).isEqualTo(records.size());
        assertThat(Batches.records(built)).isEqualTo(records);
        assertThat(Batches.records(direct.asReadOnlyBuffer())).isEqualTo(records);
    }

    /** One flipped bit anywhere is a typed error, but in the leader epoch, which a client may fill as it likes. */
    @Property(tries = 300)
    void survivesAFlippedBit(
            @ForAll("recordLists") List<LogRecord> records,
            @ForAll Compression compression,
            @ForAll @IntRange(max = Integer.MAX_VALUE - 1) int position,
            @ForAll @IntRange(max = 7) int bit) {
        ByteBuffer batch = Batches.ofRecords(compression, records);
        int at = position % batch.limit();
        batch.put(at, (byte) (batch.get(at) ^ (1 << bit)));

        boolean accepted = readableOrTyped(batch);

        // The leader epoch is neither covered by the checksum nor looked at: the owner overwrites it.
        boolean uncovered = at >= RecordBatch.LEADER_EPOCH_AT && at < RecordBatch.MAGIC_AT;
        assertThat(accepted).isEqualTo(uncovered);
    }

    /** The same with the checksum made good again, so that the reader of records and codecs meets the damage. */
    @Property(tries = 600)
    void survivesDamageUnderAGoodChecksum(
            @ForAll("recordLists") List<LogRecord> records,
            @ForAll Compression compression,
            @ForAll @IntRange(min = 1, max = 12) int damages,
            @ForAll long seed) {
        ByteBuffer batch = Batches.ofRecords(compression, records);
        Random random = new Random(seed);
        for (int i = 0; i < damages; i++) {
            int at = RecordBatch.HEADER_BYTES + random.nextInt(batch.limit() - RecordBatch.HEADER_BYTES);
            batch.put(at, (byte) random.nextInt());
        }
        Tampered.with(batch).seal();

        assertThatCode(() -> readableOrTyped(batch)).doesNotThrowAnyException();
    }

    /** A batch cut anywhere and sealed again is refused, with a type. */
    @Property(tries = 200)
    void refusesACutPayload(
            @ForAll("recordLists") List<LogRecord> records, @ForAll Compression compression, @ForAll long seed) {
        ByteBuffer batch = Batches.ofRecords(compression, records);
        int cut = RecordBatch.HEADER_BYTES + new Random(seed).nextInt(batch.limit() - RecordBatch.HEADER_BYTES);
        batch.limit(cut);
        Tampered.with(batch).seal();

        boolean accepted = readableOrTyped(batch);

        // A codec may end with bytes that carry nothing, such as a gzip trailer or an end mark.
        assertThat(accepted && compression == Compression.NONE).isFalse();
    }

    /** Noise in place of the payload, under any codec, is a typed error. */
    @Property(tries = 400)
    void survivesNoise(@ForAll byte[] noise, @ForAll Compression compression, @ForAll @IntRange(min = 1) int count) {
        ByteBuffer batch = Tampered.ofPayload(compression, count, noise);

        assertThatCode(() -> readableOrTyped(batch)).doesNotThrowAnyException();
    }

    /** Noise where batches are expected, lenient or strict, is a typed error or the end. */
    @Property(tries = 300)
    void splitsNoiseOrRefusesIt(@ForAll byte[] noise) {
        assertThatCode(() -> {
                    typed(() -> RecordBatches.strict(ByteBuffer.wrap(noise)).wholeBytes());
                    typed(() -> RecordBatches.stored(ByteBuffer.wrap(noise)).wholeBytes());
                })
                .doesNotThrowAnyException();
    }

    /** Zigzag varints take the bytes they are said to take and survive the way there and back. */
    @Property(tries = 500)
    void encodesVarintsInTheSizeTheyClaim(@ForAll long value, @ForAll @LongRange(min = -300, max = 300) long small) {
        byte[] target = new byte[Varints.MAX_LONG_BYTES];

        assertThat(Varints.write(value, target, 0)).isEqualTo(Varints.sizeOf(value));
        assertThat(Varints.write(small, target, 0)).isEqualTo(Varints.sizeOf(small));
        assertThat(Varints.write((int) value, target, 0)).isEqualTo(Varints.sizeOf((int) value));
        assertThat(Varints.sizeOf((int) value))
                .isEqualTo(org.apache.kafka.common.utils.ByteUtils.sizeOfVarint((int) value));
        assertThat(Varints.sizeOf(value)).isEqualTo(org.apache.kafka.common.utils.ByteUtils.sizeOfVarlong(value));
    }

    @Provide
    Arbitrary<List<LogRecord>> recordLists() {
        Arbitrary<byte[]> bytes =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(80).injectNull(0.2);
        Arbitrary<Header> header = Combinators.combine(Arbitraries.strings().ofMaxLength(6), bytes)
                .as((key, value) -> new Header(printable(key), value));
        Arbitrary<Long> timestamp = Arbitraries.longs().between(-1, Long.MAX_VALUE / 2);
        return Combinators.combine(timestamp, bytes, bytes, header.list().ofMaxSize(3))
                .as((time, key, value, headers) -> new LogRecord(0, time, key, value, headers))
                .list()
                .ofMinSize(1)
                .ofMaxSize(30)
                .map(RecordBatchPropertyTest::numbered);
    }

    /** Lone surrogates have no UTF-8 and come back as '?'. */
    private static String printable(String text) {
        return text.codePoints()
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static List<LogRecord> numbered(List<LogRecord> records) {
        List<LogRecord> numbered = new ArrayList<>();
        for (LogRecord record : records) {
            numbered.add(
                    new LogRecord(numbered.size(), record.timestamp(), record.key(), record.value(), record.headers()));
        }
        return numbered;
    }

    private static boolean readableOrTyped(ByteBuffer batches) {
        return typed(() -> {
            new BatchCheck(BatchRules.ofSize(1_000_000).withLimits(LIMITS)).check(batches);
            Batches.records(batches);
        });
    }

    private static boolean typed(Runnable action) {
        try {
            action.run();
            return true;
        } catch (BarnabasException e) {
            assertThat(e.code())
                    .isIn(
                            ErrorCode.UNREADABLE_BATCH,
                            ErrorCode.RECORD_TOO_LARGE,
                            ErrorCode.INVALID_RECORD,
                            ErrorCode.CORRUPT_DATA);
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }
}
