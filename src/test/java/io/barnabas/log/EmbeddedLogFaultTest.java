package io.barnabas.log;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.LogEngineContract.codeOf;
import static io.barnabas.log.LogEngineContract.get;
import static io.barnabas.log.MemoryMachine.CONFIG;
import static io.barnabas.log.MemoryMachine.SEGMENT;
import static io.barnabas.log.MemoryMachine.everything;
import static io.barnabas.log.MemoryMachine.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.PartitionLog.OffsetAndTimestamp;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.MemoryFiles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The embedded engine on files that fail, are cut, or are damaged. */
class EmbeddedLogFaultTest {
    private final MemoryMachine machine = new MemoryMachine();

    @AfterEach
    void stop() {
        machine.close();
    }

    @Test
    void keepsManyLogsThroughACrashWhenACheckpointHasForcedThem() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        int logs = 64;
        for (int i = 0; i < logs; i++) {
            get(get(engine.open(id(i), 1, CONFIG)).append(batch("a" + i), Acks.LEADER));
        }
        // when
        engine.checkpoint();
        // then
        assertThat(machine.files.forces(".log")).isEqualTo(logs);
        machine.files = machine.files.crashed(new Random(1));
        EmbeddedLogEngine again = machine.engine();
        for (int i = 0; i < logs; i++) {
            assertThat(everything(get(again.open(id(i), 2, CONFIG)))).containsExactly("a" + i);
        }
    }

    @Test
    void keepsTheJournalWhenOneOfManyLogsCannotBeForcedInACheckpoint() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        int logs = 64;
        for (int i = 0; i < logs; i++) {
            get(get(engine.open(id(i), 1, CONFIG)).append(batch("a" + i), Acks.ALL));
        }
        machine.files.failForces(
                path -> path.toString().contains("t-40/") && path.toString().endsWith(".log"));
        // when
        engine.checkpoint();
        // then
        assertThat(engine.status()).isInstanceOf(EngineStatus.ReadOnly.class);
        machine.files = machine.files.crashed(new Random(1));
        EmbeddedLogEngine again = machine.engine();
        for (int i = 0; i < logs; i++) {
            assertThat(everything(get(again.open(id(i), 2, CONFIG)))).containsExactly("a" + i);
        }
    }

    @Test
    void goesReadOnlyWhenAForceFailsAndNeverTriesAgain() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        PartitionLog log = machine.open(engine);
        get(log.append(batch("a"), Acks.ALL));
        machine.files.failForces(path -> path.toString().endsWith(".journal"));
        int forces = machine.files.forces(".journal");
        // when
        ErrorCode failed = codeOf(log.append(batch("b"), Acks.ALL));
        // then
        assertThat(failed).isEqualTo(ErrorCode.READ_ONLY);
        machine.files.failForces(path -> false);
        assertThat(codeOf(log.append(batch("c"), Acks.ALL))).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(codeOf(log.append(batch("c"), Acks.LEADER))).isEqualTo(ErrorCode.READ_ONLY);
        engine.checkpoint();
        assertThat(machine.files.forces(".journal")).isEqualTo(forces + 1);
        assertThat(machine.files.forces(".log")).isLessThanOrEqualTo(1);
        assertThat(engine.status())
                .isInstanceOfSatisfying(EngineStatus.ReadOnly.class, status -> assertThat(status.code())
                        .isEqualTo(ErrorCode.READ_ONLY));
        assertThat(log.highWatermark()).isEqualTo(1);
        assertThat(everything(log)).containsExactly("a");
    }

    @Test
    void showsNothingPastABatchThatWaitsForTheDisk() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        PartitionLog log = machine.open(engine);
        get(log.append(batch("a"), Acks.LEADER));
        machine.files.failForces(path -> path.toString().endsWith(".journal"));
        // when
        CompletionStage<AppendResult> waiting = log.append(batch("b"), Acks.ALL);
        // then
        assertThat(codeOf(waiting)).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(log.endOffset()).isEqualTo(2);
        assertThat(log.highWatermark()).isEqualTo(1);
        assertThat(codeOf(log.read(2, 10))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void refusesAppendsOnAFullDiskAndTakesThemAgainWhenThereIsRoom() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        PartitionLog log = machine.open(engine);
        get(log.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        machine.files.room(30);
        // when
        ErrorCode full = codeOf(log.append(Batches.sequenced(7, 0, 1, "b".repeat(100)), Acks.ALL));
        // then
        assertThat(full).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(engine.status()).isInstanceOf(EngineStatus.ReadOnly.class);
        assertThat(everything(log)).containsExactly("a");
        machine.files.room(Long.MAX_VALUE);
        assertThat(get(log.append(Batches.sequenced(7, 0, 1, "c"), Acks.ALL)).baseOffset())
                .isEqualTo(1);
        assertThat(engine.status()).isInstanceOf(EngineStatus.Writable.class);
        assertThat(everything(machine.restarted())).containsExactly("a", "c");
    }

    @Test
    void truncatesOnAFullDiskInTheRoomThatIsKeptForIt() {
        // given
        EmbeddedLogEngine engine = machine.engine();
        PartitionLog log = machine.open(engine);
        get(log.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        get(log.append(Batches.sequenced(7, 0, 1, "b"), Acks.ALL));
        engine.keepHouse();
        machine.files.room(0);
        assertThat(codeOf(log.append(Batches.sequenced(7, 0, 2, "c"), Acks.ALL)))
                .isEqualTo(ErrorCode.DISK_FULL);
        // when
        long start = get(log.truncateBefore(1));
        // then
        assertThat(start).isEqualTo(1);
        assertThat(everything(machine.restarted())).containsExactly("b");
    }

    @Test
    void cutsATornTailAtEveryByte() {
        // given
        PartitionLog log = machine.open(machine.engine());
        get(log.append(batch("a"), Acks.LEADER));
        get(log.append(batch("b"), Acks.LEADER));
        byte[] whole = machine.files.bytes(SEGMENT);
        MemoryFiles before = machine.files;
        for (int length = whole.length - 1; length > whole.length / 2; length--) {
            machine.files = before.crashed(null);
            machine.files.put(SEGMENT, Arrays.copyOf(whole, length));
            // when
            PartitionLog again = machine.open(machine.engine());
            // then
            assertThat(again.highWatermark()).isLessThanOrEqualTo(1);
            machine.shown();
            assertThat(everything(again)).containsExactly("a");
            assertThat(get(again.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(1);
        }
    }

    @Test
    void neverServesAFlippedBitAndNeverLosesWhatIsAround() {
        // given
        EmbeddedLogEngine first = machine.engine();
        PartitionLog log = machine.open(first);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.ALL));
        get(log.append(batch("c"), Acks.ALL));
        first.close();
        byte[] whole = machine.files.bytes(SEGMENT);
        int size = whole.length / 3;
        MemoryFiles before = machine.files;
        for (int bit = 16 * 8; bit < size * 8; bit++) {
            machine.files = before.crashed(null);
            byte[] damaged = whole.clone();
            damaged[size + bit / 8] ^= (byte) (1 << (bit % 8));
            machine.files.put(SEGMENT, damaged);
            // when
            PartitionLog again = machine.open(machine.engine());
            // then
            assertThat(Batches.values(get(again.read(0, 1 << 20)).batches())).containsExactly("0:a");
            assertThat(codeOf(again.read(1, 1 << 20))).isEqualTo(ErrorCode.CORRUPT_DATA);
            assertThat(Batches.values(get(again.read(2, 1 << 20)).batches())).containsExactly("2:c");
            assertThat(again.endOffset()).isEqualTo(3);
            assertThat(machine.files.bytes(SEGMENT)).isEqualTo(damaged);
        }
    }

    /** Base offset and epoch lie outside the checksum; only what stands around a batch tells that they are wrong. */
    @Test
    void neverServesABatchUnderAnotherOffsetOrEpoch() {
        // given
        EmbeddedLogEngine first = machine.engine();
        PartitionLog log = get(first.open(id(0), 5, CONFIG));
        for (String value : List.of("a", "b", "c", "d")) {
            get(log.append(batch(value), Acks.ALL));
        }
        first.close();
        byte[] whole = machine.files.bytes(SEGMENT);
        int size = whole.length / 4;
        MemoryFiles before = machine.files;
        for (int batch = 0; batch < 4; batch++) {
            for (int bit = 0; bit < 16 * 8; bit++) {
                if (bit % 3 != batch % 3 || (bit >= 64 && bit < 96)) {
                    continue; // the length is tested elsewhere
                }
                if (bit >= 96 && (whole[batch * size + bit / 8] & 1 << bit % 8) != 0) {
                    continue; // a lower epoch at the first batch looked at is not seen
                }
                machine.files = before.crashed(null);
                byte[] damaged = whole.clone();
                damaged[batch * size + bit / 8] ^= (byte) (1 << (bit % 8));
                machine.files.put(SEGMENT, damaged);
                // when
                PartitionLog again = get(machine.engine().open(id(0), 5, CONFIG));
                ErrorCode direct = codeOf(again.read(batch, 1));
                // then
                assertThat(direct).as("batch %d bit %d", batch, bit).isEqualTo(ErrorCode.CORRUPT_DATA);
                for (int offset = 0; offset < 4; offset++) {
                    if (offset != batch) { // nothing around is lost
                        assertThat(Batches.values(get(again.read(offset, 1)).batches()))
                                .as("batch %d bit %d offset %d", batch, bit, offset)
                                .containsExactly(offset + ":" + "abcd".charAt(offset));
                    }
                }
                machine.stopLast();
            }
        }
    }

    @Test
    void keepsAcknowledgedOffsetsWhenTheirBytesAreGone() {
        // given
        EmbeddedLogEngine first = machine.engine();
        PartitionLog log = machine.open(first);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.ALL));
        first.close();
        byte[] whole = machine.files.bytes(SEGMENT);
        machine.files.put(SEGMENT, Arrays.copyOf(whole, whole.length - 1));
        // when
        PartitionLog again = machine.restarted();
        // then
        assertThat(again.endOffset()).isEqualTo(2);
        assertThat(codeOf(again.read(1, 100))).isEqualTo(ErrorCode.CORRUPT_DATA);
        assertThat(get(again.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(2);
        assertThat(Batches.values(get(again.read(2, 100)).batches())).containsExactly("2:c");
    }

    @Test
    void rebuildsIndexesThatAreMissingOrDamaged() {
        for (byte[] damage : new byte[][] {null, {}, {1, 2, 3}, new byte[240], new byte[80]}) {
            // given
            machine.files = new MemoryFiles();
            EmbeddedLogEngine first = machine.engine();
            LogConfig small = LogConfig.of(Map.of("index.interval.bytes", "100", "segment.bytes", "2000"));
            PartitionLog log = get(first.open(id(0), 1, small));
            for (int i = 0; i < 60; i++) {
                get(log.append(Batches.at(1_000 + i, "value" + i), Acks.LEADER));
            }
            first.close();
            for (Path path : machine.files.all()) {
                if (path.toString().endsWith("index")) {
                    if (damage == null) {
                        machine.files.delete(path);
                    } else {
                        machine.files.put(path, damage);
                    }
                }
            }
            // when
            PartitionLog again = get(machine.engine().open(id(0), 1, small));
            // then
            for (int i = 0; i < 60; i++) {
                assertThat(Batches.values(get(again.read(i, 10)).batches())).containsExactly(i + ":value" + i);
                assertThat(get(again.offsetForTimestamp(1_000 + i))).contains(new OffsetAndTimestamp(i, 1_000 + i));
            }
        }
    }

    @Test
    void refusesToStartWithADamagedCheckpointFile() {
        // given
        EmbeddedLogEngine first = machine.engine();
        machine.open(first);
        first.close();
        machine.files.put(
                Path.of("/data/checkpoint"),
                "barnabas-checkpoint 1 0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        // when
        Throwable failure = org.assertj.core.api.Assertions.catchThrowable(machine::engine);
        // then
        assertThat(failure).isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_DATA));
    }
}
