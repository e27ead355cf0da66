package io.barnabas.log;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.LogEngineContract.codeOf;
import static io.barnabas.log.LogEngineContract.get;
import static io.barnabas.log.MemoryMachine.CONFIG;
import static io.barnabas.log.MemoryMachine.everything;
import static io.barnabas.log.MemoryMachine.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the embedded engine spends on many logs, and what it lets go. */
class EmbeddedLogUpkeepTest {
    private final MemoryMachine machine = new MemoryMachine();

    @AfterEach
    void stop() {
        machine.close();
    }

    @Test
    void makesManyPartitionsDurableWithFewForces() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            logs.add(get(engine.open(id(i), 1, CONFIG)));
        }
        int segmentForces = machine.files.forces(".log");
        int journalForces = machine.files.forces(".journal");
        // when
        List<CompletionStage<AppendResult>> answers = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            logs.forEach(log -> answers.add(log.append(batch("a"), Acks.ALL)));
        }
        answers.forEach(LogEngineContract::get);
        // then
        assertThat(machine.files.forces(".log")).isEqualTo(segmentForces);
        assertThat(machine.files.forces(".journal") - journalForces).isBetween(1, 320);
    }

    @Test
    void letsOldSegmentsGoByAgeAndBySizeButNotByATimestampInTheFuture() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        PartitionLog aged =
                get(engine.open(id(0), 1, LogConfig.of(Map.of("segment.bytes", "1024", "retention.ms", "1000"))));
        PartitionLog future =
                get(engine.open(id(1), 1, LogConfig.of(Map.of("segment.bytes", "1024", "retention.ms", "-1"))));
        PartitionLog sized = get(engine.open(
                id(2),
                1,
                LogConfig.of(Map.of("segment.bytes", "1024", "retention.ms", "-1", "retention.bytes", "2048"))));
        for (PartitionLog log : List.of(aged, future, sized)) {
            for (int i = 0; i < 50; i++) {
                get(log.append(Batches.at(log == future ? Long.MAX_VALUE / 2 : 5_000, "x".repeat(80)), Acks.ALL));
            }
        }
        // when
        engine.keepHouse();
        // then
        assertThat(aged.size().segmentCount()).isEqualTo(1);
        assertThat(aged.logStartOffset()).isPositive().isLessThan(50);
        assertThat(future.logStartOffset()).isZero();
        assertThat(sized.size().sizeBytes()).isBetween(1024L, 3072L);
        assertThat(codeOf(aged.read(0, 100))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void keepsManyMoreLogsThanOpenFiles() {
        // given
        int logs = 2_000;
        EmbeddedLogEngine engine = machine.engine(CrashTest.settings(1 << 20, 64));
        List<PartitionLog> opened = new ArrayList<>();
        for (int i = 0; i < logs; i++) {
            opened.add(get(engine.open(id(i), 1, CONFIG)));
        }
        // when
        List<CompletionStage<AppendResult>> answers = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (PartitionLog log : opened) {
                Acks acks = answers.size() % 2 == 0 ? Acks.ALL : Acks.LEADER;
                answers.add(log.append(batch(log.id() + " " + round), acks));
            }
        }
        answers.forEach(LogEngineContract::get);
        // then
        assertThat(machine.files.mostOpen())
                .as("64, the journal and those of one moment")
                .isLessThanOrEqualTo(64 + 8);
        for (PartitionLog log : opened) {
            assertThat(everything(log)).containsExactly(log.id() + " 0", log.id() + " 1", log.id() + " 2");
        }
        machine.files = machine.files.crashed(null);
        EmbeddedLogEngine next = machine.engine(CrashTest.settings(1 << 20, 64));
        List<PartitionLog> again = new ArrayList<>();
        for (int i = 0; i < logs; i++) {
            again.add(get(next.open(id(i), 2, CONFIG)));
        }
        next.checkpoint();
        for (PartitionLog log : again) {
            assertThat(everything(log)).hasSize(3);
        }
        assertThat(machine.files.mostOpen()).isLessThanOrEqualTo(64 + 8);
    }
}
