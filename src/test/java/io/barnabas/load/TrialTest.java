package io.barnabas.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.load.Findings.Kind;
import io.barnabas.record.Acks;
import io.barnabas.record.Compression;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole trials, over sockets, against a server in this process that does right or wrong. */
class TrialTest {
    private static final int RECORDS = 4_000;

    @ParameterizedTest
    @CsvSource({"true,false,0", "true,true,7", "false,false,7", "false,true,0"})
    void writesReadsAndFindsNothingWrong(boolean binary, boolean together, int keys) throws Exception {
        // when
        TrialResult result = trial(UnaryOperator.identity(), 3, binary, together, keys, 0);
        // then
        assertThat(result.complaints()).isEmpty();
        assertThat(result.produced().records()).isEqualTo(RECORDS);
        assertThat(result.read().records()).isEqualTo(RECORDS);
        assertThat(result.answered().getTotalCount()).isEqualTo(RECORDS);
        assertThat(result.delivered() != null).isEqualTo(together);
    }

    @Test
    void keepsToTheRate() throws Exception {
        // when
        TrialResult result = trial(UnaryOperator.identity(), 3, true, true, 0, 8_000);
        // then
        assertThat(result.findings().clean()).isTrue();
        assertThat(result.produced().recordsPerSecond()).isLessThan(8_500);
        assertThat(result.delivered().getTotalCount()).isEqualTo(RECORDS);
    }

    @Test
    void findsABatchThatWasStoredTwice() throws Exception {
        // given: the fourth batch is stored as the fifth once more
        AtomicInteger count = new AtomicInteger();
        ByteBuffer[] fourth = new ByteBuffer[1];
        UnaryOperator<ByteBuffer> fault = batch -> {
            int number = count.incrementAndGet();
            if (number == 4) {
                fourth[0] = copy(batch);
            }
            return number == 5 ? copy(fourth[0]) : batch;
        };
        // when
        TrialResult result = trial(fault, 1, true, true, 0, 0);
        // then
        assertThat(result.findings().count(Kind.DUPLICATE)).isPositive();
        assertThat(result.findings().count(Kind.LOST)).isPositive();
    }

    @Test
    void findsAFlippedBit() throws Exception {
        // given
        AtomicInteger count = new AtomicInteger();
        UnaryOperator<ByteBuffer> fault = batch -> {
            if (count.incrementAndGet() == 3) {
                batch.put(200, (byte) (batch.get(200) ^ 1));
            }
            return batch;
        };
        // when
        TrialResult result = trial(fault, 1, true, false, 0, 0);
        // then
        assertThat(result.findings().count(Kind.DAMAGED)).isPositive();
    }

    private static ByteBuffer copy(ByteBuffer batch) {
        return ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
    }

    private static TrialResult trial(
            UnaryOperator<ByteBuffer> fault, int partitions, boolean binary, boolean together, int keys, long rate)
            throws Exception {
        Workload workload = new Workload(
                RECORDS,
                100,
                keys,
                partitions,
                partitions == 1 ? 1 : 2,
                partitions == 1 ? 1 : 2,
                false,
                rate,
                Acks.LEADER,
                together,
                new Workload.Batching(8_192, 100, 1, 1, 2, 100, 1 << 20, Compression.NONE),
                partitions == 1 ? 3 : 10);
        try (FakeBarnabas server = new FakeBarnabas(fault);
                Target target =
                        new HttpTarget("fake", BarnabasNodes.one(server.url()), binary, workload, System::nanoTime)) {
            PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
            return new Trial(target, workload, 2, System::nanoTime, new ProcessCpu(Path.of("/proc")), nowhere).run("t");
        }
    }
}
