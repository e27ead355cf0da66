package io.barnabas.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.testing.Checksums;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Whatever bytes a client sends as batches: a typed refusal, or records that everybody can read. */
class BatchCheckFuzzTest {
    private static final int MAX_BATCH_BYTES = 1 << 16;
    private static final RecordLimits LIMITS = new RecordLimits(1 << 16, 1 << 18);
    private static final BatchRules RULES = BatchRules.ofSize(MAX_BATCH_BYTES).withLimits(LIMITS);

    @FuzzTest(maxDuration = "1m")
    void takesFromAClientOnlyWhatCanBeRead(byte[] data) {
        ByteBuffer batches = Checksums.ofBatches(ByteBuffer.wrap(data));
        BatchSummary summary;
        try {
            summary = new BatchCheck(RULES).check(batches);
        } catch (BarnabasException refused) {
            return;
        }
        long count = 0;
        for (RecordBatch batch : RecordBatches.strict(batches)) {
            count += batch.records(LIMITS).toList().size();
        }
        assertThat(count).isEqualTo(summary.recordCount());
        long oracle = 0;
        for (var record : MemoryRecords.readableRecords(batches).records()) {
            assertThat(record.offset()).isNotNegative();
            oracle++;
        }
        assertThat(oracle).as("records that Apache Kafka's client reads").isEqualTo(count);
    }
}
