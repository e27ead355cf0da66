package io.barnabas.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchCheckTest {
    private static final BatchRules RULES = BatchRules.ofSize(1024 * 1024);

    @Test
    void summarisesWhatItAccepts() {
        // given
        ByteBuffer batches = Batches.concat(
                Batches.at(100, Compression.NONE, "a", "b"), Batches.at(50, Compression.LZ4, "c", null, "e"));
        // when
        BatchSummary summary = new BatchCheck(RULES).check(batches);
        // then
        assertThat(summary).isEqualTo(new BatchSummary(2, 5, 100, batches.remaining()));
        assertThat(batches.position()).isZero();
    }

    static Stream<Arguments> refusedBatches() {
        return Stream.of(
                Arguments.of("nothing", ByteBuffer.allocate(0), "there is no batch"),
                Arguments.of("short", Batches.of("a").limit(60), "header has 61 bytes, only 60 are left, at byte 0"),
                Arguments.of("cut", shortened(Batches.of("a", "b"), 1), "claims 77 bytes, 76 are left"),
                Arguments.of(
                        "trailing",
                        Batches.concat(Batches.of("a"), ByteBuffer.allocate(3)),
                        "only 3 are left, at byte 69"),
                Arguments.of("magic", changed(RecordBatch.MAGIC_AT, 1), "magic 1"),
                Arguments.of("crc", changed(RecordBatch.CRC_AT, 0), "batch 0: checksum is wrong"),
                Arguments.of("value", changed(RecordBatch.HEADER_BYTES + 6, 'z'), "batch 0: checksum is wrong"),
                Arguments.of(
                        "base offset", lying().putLong(RecordBatch.BASE_OFFSET_AT, 5), "base offset must be 0, got 5"),
                Arguments.of(
                        "count", lying().putInt(RecordBatch.RECORD_COUNT_AT, 3), "3 records with last offset delta 1"),
                Arguments.of(
                        "none",
                        lying().putInt(RecordBatch.RECORD_COUNT_AT, 0).putInt(RecordBatch.LAST_OFFSET_DELTA_AT, -1),
                        "0 records"),
                Arguments.of(
                        "fewer",
                        lying().putInt(RecordBatch.RECORD_COUNT_AT, 1).putInt(RecordBatch.LAST_OFFSET_DELTA_AT, 0),
                        "bytes are left over after the last record"),
                Arguments.of(
                        "more",
                        lying().putInt(RecordBatch.RECORD_COUNT_AT, 2_000_000_000)
                                .putInt(RecordBatch.LAST_OFFSET_DELTA_AT, 1_999_999_999),
                        "claims 2000000000 records"),
                Arguments.of("control", attributes(0x20), "control batches"),
                Arguments.of("transactional", attributes(0x10), "transactions"),
                Arguments.of("append time", attributes(0x08), "append-time bit"),
                Arguments.of("horizon", attributes(0x40), "unknown attributes 0x40"),
                Arguments.of("codec", attributes(0x05), "unknown compression codec 5"),
                Arguments.of("not gzip", attributes(0x01), "cannot be decompressed with GZIP"),
                Arguments.of("not snappy", attributes(0x02), "cannot be decompressed with SNAPPY"),
                Arguments.of("not lz4", attributes(0x03), "cannot be decompressed with LZ4"),
                Arguments.of("not zstd", attributes(0x04), "cannot be decompressed with ZSTD"),
                Arguments.of(
                        "sequence alone", lying().putInt(RecordBatch.BASE_SEQUENCE_AT, 0), "do not belong together"),
                Arguments.of(
                        "producer alone", lying().putLong(RecordBatch.PRODUCER_ID_AT, 7), "do not belong together"),
                Arguments.of(
                        "first delta", lying().putByte(RecordBatch.HEADER_BYTES + 3, 2), "record 0 has offset delta 1"),
                Arguments.of(
                        "record length",
                        lying().putByte(RecordBatch.HEADER_BYTES, 126),
                        "record 0 claims 63 bytes, 15 are left"),
                Arguments.of("negative length", lying().putByte(RecordBatch.HEADER_BYTES, 1), "claims -1 bytes"),
                Arguments.of("key length", lying().putByte(RecordBatch.HEADER_BYTES + 4, 3), "key length -2"),
                Arguments.of(
                        "value length",
                        lying().putByte(RecordBatch.HEADER_BYTES + 5, 100),
                        "value length 50, 2 bytes are left"),
                Arguments.of(
                        "headers", lying().putByte(RecordBatch.HEADER_BYTES + 7, 20), "claims 10 headers in 0 bytes"),
                Arguments.of(
                        "negative headers", lying().putByte(RecordBatch.HEADER_BYTES + 7, 1), "claims -1 headers"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedBatches")
    void refusesAndSaysWhy(String name, Object batch, String reason) {
        // given
        ByteBuffer bytes = batch instanceof Tampered tampered ? tampered.seal() : (ByteBuffer) batch;
        // when
        BarnabasException refused =
                catchThrowableOfType(BarnabasException.class, () -> new BatchCheck(RULES).check(bytes));
        // then
        assertThat(refused).as(name).hasMessageContaining(reason);
        assertThat(refused.code()).isEqualTo(ErrorCode.UNREADABLE_BATCH);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void refusesOffsetsThatAreNotDense(Compression compression) {
        // given
        ByteBuffer gaps = new BatchFilter(RecordLimits.DEFAULT)
                .retain(RecordBatch.at(Batches.of(compression, "a", "b", "c")), record -> record.index() != 1);
        Tampered.with(gaps).putInt(RecordBatch.RECORD_COUNT_AT, 2).seal();
        // when
        BarnabasException refused = refusal(RULES, gaps);
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.UNREADABLE_BATCH);
        assertThat(refused).hasMessage("batch 0: claims 2 records with last offset delta 2");
    }

    @Test
    void namesTheBatchThatIsTooLarge() {
        // given
        ByteBuffer batches = Batches.concat(Batches.of("a"), Batches.of("x".repeat(2000)));
        // when
        BarnabasException refused = refusal(BatchRules.ofSize(1000), batches);
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refused).hasMessage("batch 1: has 2070 bytes, at most 1000 are allowed");
    }

    @ParameterizedTest
    @EnumSource(value = Compression.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void stopsADecompressionBombAtItsBound(Compression compression) {
        // given
        ByteBuffer bomb = Batches.of(compression, "0".repeat(30_000_000));
        BatchRules rules = BatchRules.ofSize(bomb.remaining()).withLimits(new RecordLimits(1_000_000, 1_000_000));
        // when
        BarnabasException refused = refusal(rules, bomb);
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refused).hasMessageContaining("1000000 bytes, the limit");
    }

    @Test
    void refusesARecordOverItsLimit() {
        // given
        BatchRules rules = RULES.withLimits(new RecordLimits(1_000_000, 100));
        // when
        BarnabasException refused = refusal(rules, Batches.of("ok", "x".repeat(101)));
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refused).hasMessage("batch 0: record 1 has 108 bytes, at most 100 are allowed");
    }

    @Test
    void asksForKeysWhereTheTopicIsCompacted() {
        // given
        ByteBuffer batches = Batches.concat(Batches.keyed("k", "v"), Batches.of("no key"));
        // when
        BarnabasException refused = refusal(RULES.withKeysRequired(true), batches);
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(refused).hasMessage("batch 1: record 0 has no key, which a compacted topic requires");
    }

    @Test
    void refusesTimestampsOutOfBounds() {
        // given
        BatchRules rules = RULES.withTimestamps(1000, 2000);
        // when
        BarnabasException late = refusal(rules, Batches.at(2001, Compression.NONE, "a"));
        BarnabasException early = refusal(rules, Batches.at(999, Compression.NONE, "a"));
        // then
        assertThat(late).hasMessage("batch 0: record 0 has timestamp 2001, allowed is 1000 to 2000");
        assertThat(early.code()).isEqualTo(ErrorCode.INVALID_RECORD);
        new BatchCheck(rules).check(Batches.at(2000, Compression.NONE, "a"));
        new BatchCheck(rules).check(Batches.at(-1, Compression.NONE, "no timestamp"));
    }

    @Test
    void correctsAMaximumTimestampThatTheRecordsContradict() {
        // given
        ByteBuffer batch = Tampered.with(Batches.at(500, Compression.NONE, "a"))
                .putLong(RecordBatch.MAX_TIMESTAMP_AT, 9_999_999_999L)
                .seal();
        // when
        BatchSummary summary = new BatchCheck(RULES).check(batch);
        // then
        assertThat(summary.maxTimestamp()).isEqualTo(500);
        assertThat(RecordBatch.at(batch).maxTimestamp()).isEqualTo(500);
        assertThat(RecordBatch.at(batch).crcValid()).isTrue();
    }

    @Test
    void refusesATimestampThatOverflows() {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        builder.append(1, null, "a".getBytes(UTF_8), List.of());
        builder.append(Long.MAX_VALUE, null, "b".getBytes(UTF_8), List.of());
        ByteBuffer batch = Tampered.with(builder.build())
                .putLong(RecordBatch.BASE_TIMESTAMP_AT, Long.MAX_VALUE)
                .seal();
        // when
        BarnabasException refused = refusal(RULES, batch);
        // then
        assertThat(refused).hasMessage("batch 0: record 1 has a timestamp that overflows");
    }

    private static BarnabasException refusal(BatchRules rules, ByteBuffer batches) {
        return catchThrowableOfType(BarnabasException.class, () -> new BatchCheck(rules).check(batches));
    }

    /** Two records of eight bytes each, to be changed: length, attributes, time, offset, key, value, byte, headers. */
    private static Tampered lying() {
        return Tampered.with(Batches.of("a", "b"));
    }

    private static ByteBuffer attributes(int bits) {
        return Tampered.with(Batches.of("a", "b"))
                .putShort(RecordBatch.ATTRIBUTES_AT, (short) bits)
                .seal();
    }

    private static ByteBuffer changed(int at, int value) {
        return Batches.of("a", "b").put(at, (byte) value);
    }

    private static ByteBuffer shortened(ByteBuffer batch, int bytes) {
        return batch.limit(batch.limit() - bytes);
    }
}
