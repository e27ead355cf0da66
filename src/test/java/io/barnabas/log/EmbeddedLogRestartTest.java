package io.barnabas.log;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.LogEngineContract.codeOf;
import static io.barnabas.log.LogEngineContract.get;
import static io.barnabas.log.MemoryMachine.SEGMENT;
import static io.barnabas.log.MemoryMachine.everything;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.MemoryFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the embedded engine finds and keeps over kills and crashes. */
class EmbeddedLogRestartTest {
    private final MemoryMachine machine = new MemoryMachine();

    @AfterEach
    void stop() {
        machine.close();
    }

    @Test
    void remembersProducersAfterAKill() {
        // given
        EmbeddedLogEngine first = machine.engine();
        PartitionLog log = machine.open(first);
        get(log.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        first.checkpoint();
        get(log.append(Batches.sequenced(7, 0, 1, "b"), Acks.ALL));
        get(log.append(Batches.sequenced(8, 3, 5, "c"), Acks.ALL));
        // when
        PartitionLog again = machine.restarted();
        // then
        assertThat(get(again.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL)))
                .isEqualTo(new AppendResult(0, 0, -1, 0, true));
        assertThat(get(again.append(Batches.sequenced(8, 3, 5, "c"), Acks.ALL)).duplicate())
                .isTrue();
        assertThat(codeOf(again.append(Batches.sequenced(8, 3, 7, "x"), Acks.ALL)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(get(again.append(Batches.sequenced(7, 0, 2, "d"), Acks.ALL)).baseOffset())
                .isEqualTo(3);
    }

    @Test
    void takesNothingFromTheFormerLifeOfAJournalFile() {
        // given
        EmbeddedLogEngine first = machine.engine();
        PartitionLog log = machine.open(first);
        for (int i = 0; i < 8; i++) {
            get(log.append(batch("old" + i, "old"), Acks.ALL));
        }
        first.checkpoint();
        first.checkpoint();
        // when
        get(log.append(batch("new"), Acks.ALL));
        // then
        assertThat(machine.files.all().stream().map(Path::toString).filter(name -> name.contains("/journal/")))
                .as("the same file under a new number")
                .containsExactly("/data/journal/00000000000000000002.journal");
        assertThat(everything(machine.restarted())).hasSize(17).endsWith("new");
        machine.shown();
        assertThat(machine.files.all().stream().map(Path::toString)).noneMatch(name -> name.endsWith(".journal"));
    }

    @Test
    void removesSpareJournalFilesBeforeANumberIsGivenOutAgain() {
        // given
        EmbeddedLogEngine first = machine.engine();
        PartitionLog log = machine.open(first);
        get(log.append(batch("a"), Acks.ALL));
        first.checkpoint();
        assertThat(machine.files.all()).anyMatch(path -> path.toString().endsWith(".journal.spare"));
        // when
        PartitionLog again = machine.restarted();
        // then
        assertThat(machine.files.all()).noneMatch(path -> path.toString().endsWith(".spare"));
        get(again.append(batch("b"), Acks.ALL));
        assertThat(everything(machine.restarted())).containsExactly("a", "b");
    }

    @Test
    void showsOnlyWhatTheNextCrashCannotTake() {
        // given an entry that reached the journal's page cache and not the disk when the process was killed
        PartitionLog log = machine.open(machine.engine());
        get(log.append(batch("a"), Acks.ALL));
        machine.files.failForces(path -> path.toString().endsWith(".journal"));
        assertThat(codeOf(log.append(batch("b"), Acks.ALL))).isEqualTo(ErrorCode.READ_ONLY);
        MemoryFiles killed = machine.files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            machine.files = killed.crashed(null);
            // when
            machine.files.failForces(path -> path.toString().endsWith(".log"));
            PartitionLog again = machine.open(machine.engine());
            List<String> shown = everything(again);
            // then
            machine.files.failForces(path -> false);
            machine.files = machine.files.crashed(new Random(seed));
            assertThat(everything(machine.open(machine.engine()))).startsWith(shown.toArray(String[]::new));
            assertThat(shown).containsExactly("a", "b");
        }
    }

    @Test
    void keepsTheJournalUntilAlsoUnopenedLogsAreForced() {
        // given
        get(machine.open(machine.engine()).append(batch("a"), Acks.ALL));
        MemoryFiles killed = machine.files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            machine.files = killed.crashed(null);
            // when
            machine.engine().checkpoint();
            machine.files = machine.files.crashed(new Random(seed));
            // then
            assertThat(everything(machine.open(machine.engine()))).containsExactly("a");
        }
    }

    @Test
    void doesNotPutBackWhatWasTruncatedAway() {
        // given a journal that still holds what was deleted
        LogConfig small = LogConfig.of(Map.of("segment.bytes", "1024", "index.interval.bytes", "100"));
        PartitionLog log = get(machine.engine().open(MemoryMachine.id(0), 1, small));
        for (int i = 0; i < 20; i++) {
            get(log.append(batch("v" + i + "-" + "x".repeat(200)), Acks.ALL));
        }
        get(log.truncateBefore(15));
        machine.files.delete(SEGMENT);
        MemoryFiles killed = machine.files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            machine.files = killed.crashed(seed == 0 ? null : new Random(seed));
            // when
            EmbeddedLogEngine engine = machine.engine();
            // then
            assertThat(machine.files.all()).doesNotContain(SEGMENT);
            PartitionLog again = get(engine.open(MemoryMachine.id(0), 1, small));
            machine.shown();
            assertThat(again.logStartOffset()).isEqualTo(15);
            assertThat(everything(again)).hasSize(5);
        }
    }

    @Test
    void batchesBehindAHoleDoNotComeBackBehindNewOnes() {
        // given the second batch survived a crash and the first did not
        PartitionLog log = machine.open(machine.engine());
        get(log.append(batch("a"), Acks.LEADER));
        get(log.append(batch("b"), Acks.LEADER));
        byte[] holed = machine.files.bytes(SEGMENT);
        Arrays.fill(holed, 0, holed.length / 2, (byte) 0);
        MemoryFiles before = machine.files;
        for (int seed = 0; seed < 15; seed++) {
            machine.files = before.crashed(null);
            machine.files.put(SEGMENT, holed);
            // when
            get(machine.open(machine.engine()).append(batch("c"), Acks.LEADER));
            machine.files = machine.files.crashed(new Random(seed));
            PartitionLog again = machine.open(machine.engine());
            machine.shown();
            // then
            assertThat(everything(again)).isSubsetOf("c");
        }
    }

    @Test
    void keepsTheFileOfALogThatWasEmptyWhenTheProcessWasKilled() {
        // given
        machine.open(machine.engine());
        MemoryFiles killed = machine.files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            machine.files = killed.crashed(null);
            EmbeddedLogEngine engine = machine.engine(CrashTest.settings(100));
            // when
            String large = "a".repeat(200);
            get(machine.open(engine).append(batch(large), Acks.ALL));
            machine.files = machine.files.crashed(new Random(seed));
            // then
            PartitionLog again = machine.open(machine.engine());
            machine.shown();
            assertThat(everything(again)).containsExactly(large);
        }
    }
}
