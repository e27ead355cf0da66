package io.barnabas.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Whatever bytes lie where batches should. */
class StoredBatchesFuzzTest {
    private static final RecordLimits LIMITS = new RecordLimits(1 << 16, 1 << 18);

    @FuzzTest(maxDuration = "1m")
    void readsWhatIsStoredOrSaysThatItIsDamaged(byte[] data) {
        try {
            for (RecordBatch batch : RecordBatches.stored(ByteBuffer.wrap(data))) {
                batch.records(LIMITS)
                        .forEachRemaining(record -> assertThat(record.headers()).isNotNull());
            }
        } catch (BarnabasException damaged) {
            assertThat(damaged.code()).isNotNull();
        }
    }
}
