package io.barnabas.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kafka's client classes write we read, and the other way round. */
class KafkaOracleTest {
    private static final long PRODUCER_ID = 77;
    private static final short PRODUCER_EPOCH = 3;
    private static final int BASE_SEQUENCE = 1000;

    @ParameterizedTest
    @EnumSource(Compression.class)
    void readsWhatKafkaWrites(Compression compression) {
        // given
        List<LogRecord> records = records(500);
        ByteBuffer written = writtenByKafka(compression, records);
        // when
        BatchSummary summary = new BatchCheck(BatchRules.ofSize(written.remaining())).check(written);
        // then
        assertThat(summary.recordCount()).isEqualTo(500);
        assertThat(summary.maxTimestamp())
                .isEqualTo(
                        records.stream().mapToLong(LogRecord::timestamp).max().orElseThrow());
        RecordBatch batch = RecordBatch.at(written);
        assertThat(batch.codec()).isEqualTo(compression.codec());
        assertThat(batch.producerId()).isEqualTo(PRODUCER_ID);
        assertThat(batch.producerEpoch()).isEqualTo(PRODUCER_EPOCH);
        assertThat(batch.lastSequence()).isEqualTo(BASE_SEQUENCE + 499);
        assertThat(Batches.records(written)).isEqualTo(records);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void writesWhatKafkaReads(Compression compression) {
        // given
        List<LogRecord> records = records(500);
        ByteBuffer written = Batches.ofRecords(compression, records);
        // when
        MutableRecordBatch batch = onlyBatch(written);
        // then
        batch.ensureValid();
        assertThat(batch.compressionType().id).isEqualTo((byte) compression.codec());
        assertThat(batch.baseOffset()).isZero();
        assertThat(batch.lastOffset()).isEqualTo(499);
        assertThat(batch.partitionLeaderEpoch()).isEqualTo(-1);
        assertThat(batch.hasProducerId()).isFalse();
        assertThat(readByKafka(batch)).isEqualTo(records);
    }

    @Test
    void writesTheSameBytesAsKafkaWhenUncompressed() {
        // given
        List<LogRecord> records = records(50);
        ByteBuffer expected = writtenByKafka(Compression.NONE, records);
        RecordBatchBuilder builder =
                new RecordBatchBuilder(Compression.NONE).producer(PRODUCER_ID, PRODUCER_EPOCH, BASE_SEQUENCE);
        records.forEach(record -> builder.append(record.timestamp(), record.key(), record.value(), record.headers()));
        // when
        ByteBuffer built = builder.build();
        // then
        assertThat(built).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void readsEmptyAndLargeValuesOfEachOther(Compression compression) {
        // given
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        List<LogRecord> records = List.of(
                new LogRecord(0, 5, new byte[0], new byte[0], List.of()),
                new LogRecord(1, 5, null, noise, List.of()),
                new LogRecord(2, 5, null, new byte[1_000_000], List.of()));
        // when
        ByteBuffer ours = Batches.ofRecords(compression, records);
        ByteBuffer theirs = writtenByKafka(compression, records);
        // then
        assertThat(readByKafka(onlyBatch(ours))).isEqualTo(records);
        assertThat(Batches.records(theirs)).isEqualTo(records);
    }

    @Test
    void readsSnappyWithoutFraming() throws Exception {
        // given
        ByteBuffer plain = Batches.of("one", "two");
        byte[] payload = new byte[plain.remaining() - RecordBatch.HEADER_BYTES];
        plain.get(RecordBatch.HEADER_BYTES, payload);
        byte[] block = org.xerial.snappy.Snappy.compress(payload);
        ByteBuffer batch = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + block.length);
        batch.put(0, plain, 0, RecordBatch.HEADER_BYTES).put(RecordBatch.HEADER_BYTES, block);
        Tampered.with(batch)
                .putShort(RecordBatch.ATTRIBUTES_AT, (short) Compression.SNAPPY.codec())
                .seal();
        // when
        List<String> values = Batches.values(batch);
        // then
        assertThat(values).containsExactly("one", "two");
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void agreesWithKafkaOnAppendTime(Compression compression) {
        // given
        ByteBuffer batch = Batches.of(compression, "a", "b");
        // when
        RecordBatch.at(batch).stampAppendTime(123_456);
        // then
        MutableRecordBatch theirs = onlyBatch(batch);
        theirs.ensureValid();
        assertThat(theirs.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(readByKafka(theirs)).extracting(LogRecord::timestamp).containsOnly(123_456L);
        assertThat(Batches.records(batch)).extracting(LogRecord::timestamp).containsOnly(123_456L);
    }

    @Test
    void keepsTheChecksumWhenTheOwnerNumbersTheBatch() {
        // given
        ByteBuffer batch = Batches.of("a", "b", "c");
        // when
        RecordBatch.at(batch).assign(4_000_000_000L, 12);
        // then
        MutableRecordBatch theirs = onlyBatch(batch);
        theirs.ensureValid();
        assertThat(theirs.baseOffset()).isEqualTo(4_000_000_000L);
        assertThat(theirs.lastOffset()).isEqualTo(4_000_000_002L);
        assertThat(theirs.partitionLeaderEpoch()).isEqualTo(12);
        assertThat(Batches.records(batch))
                .extracting(LogRecord::offset)
                .containsExactly(4_000_000_000L, 4_000_000_001L, 4_000_000_002L);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void leavesABatchThatKafkaReadsWhenRecordsAreFilteredOut(Compression compression) {
        // given
        List<LogRecord> records = records(100);
        ByteBuffer batch = writtenByKafka(compression, records);
        RecordBatch.at(batch).assign(1000, 5);
        // when
        ByteBuffer kept = new BatchFilter(RecordLimits.DEFAULT)
                .retain(RecordBatch.at(batch), record -> record.offset() % 10 == 3);
        // then
        MutableRecordBatch theirs = onlyBatch(kept);
        theirs.ensureValid();
        assertThat(theirs.baseOffset()).isEqualTo(1000);
        assertThat(theirs.lastOffset()).isEqualTo(1099);
        assertThat(theirs.lastSequence()).isEqualTo(BASE_SEQUENCE + 99);
        assertThat(theirs.partitionLeaderEpoch()).isEqualTo(5);
        assertThat(readByKafka(theirs)).isEqualTo(Batches.records(kept)).hasSize(10);
        assertThat(Batches.records(kept)).extracting(LogRecord::offset).startsWith(1003L, 1013L);
        assertThat(theirs.maxTimestamp())
                .isEqualTo(Batches.records(kept).stream()
                        .mapToLong(LogRecord::timestamp)
                        .max()
                        .orElseThrow());
    }

    @Test
    void hashesKeysAsKafkaDoes() {
        // given
        Random random = new Random(42);
        for (int i = 0; i < 2000; i++) {
            byte[] key = new byte[i % 67];
            random.nextBytes(key);
            // when
            int partition = KeyPartitioner.partition(key, 7);
            // then
            assertThat(KeyPartitioner.murmur2(key, 0, key.length)).isEqualTo(Utils.murmur2(key));
            assertThat(partition).isEqualTo(Utils.toPositive(Utils.murmur2(key)) % 7);
        }
    }

    private static MutableRecordBatch onlyBatch(ByteBuffer bytes) {
        List<MutableRecordBatch> batches = new ArrayList<>();
        MemoryRecords.readableRecords(bytes.duplicate()).batches().forEach(batches::add);
        assertThat(batches).hasSize(1);
        return batches.get(0);
    }

    private static List<LogRecord> readByKafka(MutableRecordBatch batch) {
        List<LogRecord> records = new ArrayList<>();
        for (Record record : batch) {
            List<Header> headers = new ArrayList<>();
            for (org.apache.kafka.common.header.Header header : record.headers()) {
                headers.add(new Header(header.key(), header.value()));
            }
            records.add(new LogRecord(
                    record.offset(),
                    record.timestamp(),
                    Utils.toNullableArray(record.key()),
                    Utils.toNullableArray(record.value()),
                    headers));
        }
        return records;
    }

    private static ByteBuffer writtenByKafka(Compression compression, List<LogRecord> records) {
        SimpleRecord[] simple = records.stream()
                .map(record -> new SimpleRecord(
                        record.timestamp(),
                        record.key(),
                        record.value(),
                        record.headers().stream()
                                .map(header -> new RecordHeader(header.key(), header.value()))
                                .toArray(org.apache.kafka.common.header.Header[]::new)))
                .toArray(SimpleRecord[]::new);
        org.apache.kafka.common.compress.Compression theirs = org.apache.kafka.common.compress.Compression.of(
                        CompressionType.forId(compression.codec()))
                .build();
        ByteBuffer written = MemoryRecords.withIdempotentRecords(
                        theirs, PRODUCER_ID, PRODUCER_EPOCH, BASE_SEQUENCE, simple)
                .buffer();
        RecordBatch.at(written).assign(0, -1);
        return written;
    }

    /** Records of every sort: null and empty keys and values, headers, times out of order. */
    private static List<LogRecord> records(int count) {
        Random random = new Random(count);
        List<LogRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = i % 3 == 0 ? null : ("key-" + random.nextInt(50)).getBytes(UTF_8);
            byte[] value =
                    i % 11 == 0 ? null : "värde ".repeat(random.nextInt(20)).getBytes(UTF_8);
            List<Header> headers = i % 5 != 0
                    ? List.of()
                    : List.of(
                            new Header("trace-ü", new byte[] {1, (byte) i}),
                            new Header("", null),
                            new Header("e", new byte[0]));
            records.add(new LogRecord(i, Batches.TIMESTAMP + random.nextInt(100_000) - 50_000, key, value, headers));
        }
        return records;
    }
}
