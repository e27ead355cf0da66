package io.barnabas.log;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.LogEngineContract.codeOf;
import static io.barnabas.log.LogEngineContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.PartitionLog.OffsetAndTimestamp;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.LogRecord;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.MemoryFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The embedded engine on files that fail, are cut, or are damaged. */
class EmbeddedLogFaultTest {
    private static final UUID TOPIC = new UUID(3, 4);
    private static final Path SEGMENT = Path.of("/data/logs/t-0/00000000000000000000.log");
    private static final LogConfig CONFIG = LogConfig.of(Map.of("index.interval.bytes", "100"));
    private static final EmbeddedLogSettings SETTINGS = CrashTest.settings(1 << 20, 1_000);

    private final List<LogEngine> started = new ArrayList<>();
    private MemoryFiles files = new MemoryFiles();

    private EmbeddedLogEngine engine() {
        EmbeddedLogEngine engine = CrashTest.engine(files, SETTINGS);
        started.add(engine);
        return engine;
    }

    @AfterEach
    void stop() {
        files.failForces(path -> false);
        started.forEach(LogEngine::close);
    }

    private static LogId id(int partition) {
        return new LogId(TOPIC, new TopicPartition("t", partition));
    }

    private PartitionLog open(LogEngine engine) {
        return get(engine.open(id(0), 1, CONFIG));
    }

    /** The log after the process was killed, or after what {@code files} were changed to. */
    private PartitionLog restarted() {
        files = files.crashed(null);
        return open(engine());
    }

    /** What the last start found is forced, and by that visible. */
    private void shown() {
        ((EmbeddedLogEngine) started.get(started.size() - 1)).checkpoint();
    }

    private static List<String> everything(PartitionLog log) {
        List<String> values = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < log.highWatermark()) {
            for (LogRecord record : Batches.records(get(log.read(next, 1 << 20)).batches())) {
                values.add(new String(record.value(), java.nio.charset.StandardCharsets.UTF_8));
                next = record.offset() + 1;
            }
        }
        return values;
    }

    @Test
    void makesManyPartitionsDurableWithFewForces() {
        // given
        EmbeddedLogEngine engine = engine();
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            logs.add(get(engine.open(id(i), 1, CONFIG)));
        }
        int segmentForces = files.forces(".log");
        int journalForces = files.forces(".journal");
        // when
        List<CompletionStage<AppendResult>> answers = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
            logs.forEach(log -> answers.add(log.append(batch("a"), Acks.ALL)));
        }
        answers.forEach(LogEngineContract::get);
        // then
        assertThat(files.forces(".log")).isEqualTo(segmentForces);
        assertThat(files.forces(".journal") - journalForces).isBetween(1, 320);
    }

    @Test
    void keepsManyLogsThroughACrashWhenACheckpointHasForcedThem() {
        // given
        EmbeddedLogEngine engine = engine();
        int logs = 64;
        for (int i = 0; i < logs; i++) {
            get(get(engine.open(id(i), 1, CONFIG)).append(batch("a" + i), Acks.LEADER));
        }
        // when
        engine.checkpoint();
        // then
        assertThat(files.forces(".log")).isEqualTo(logs);
        files = files.crashed(new Random(1));
        EmbeddedLogEngine again = engine();
        for (int i = 0; i < logs; i++) {
            assertThat(everything(get(again.open(id(i), 2, CONFIG)))).containsExactly("a" + i);
        }
    }

    @Test
    void keepsTheJournalWhenOneOfManyLogsCannotBeForcedInACheckpoint() {
        // given
        EmbeddedLogEngine engine = engine();
        int logs = 64;
        for (int i = 0; i < logs; i++) {
            get(get(engine.open(id(i), 1, CONFIG)).append(batch("a" + i), Acks.ALL));
        }
        files.failForces(
                path -> path.toString().contains("t-40/") && path.toString().endsWith(".log"));
        // when
        engine.checkpoint();
        // then
        assertThat(engine.status()).isInstanceOf(EngineStatus.ReadOnly.class);
        files = files.crashed(new Random(1));
        EmbeddedLogEngine again = engine();
        for (int i = 0; i < logs; i++) {
            assertThat(everything(get(again.open(id(i), 2, CONFIG)))).containsExactly("a" + i);
        }
    }

    @Test
    void goesReadOnlyWhenAForceFailsAndNeverTriesAgain() {
        // given
        EmbeddedLogEngine engine = engine();
        PartitionLog log = open(engine);
        get(log.append(batch("a"), Acks.ALL));
        files.failForces(path -> path.toString().endsWith(".journal"));
        int forces = files.forces(".journal");
        // when
        ErrorCode failed = codeOf(log.append(batch("b"), Acks.ALL));
        // then
        assertThat(failed).isEqualTo(ErrorCode.READ_ONLY);
        files.failForces(path -> false);
        assertThat(codeOf(log.append(batch("c"), Acks.ALL))).isEqualTo(ErrorCode.READ_ONLY);
        assertThat(codeOf(log.append(batch("c"), Acks.LEADER))).isEqualTo(ErrorCode.READ_ONLY);
        engine.checkpoint();
        assertThat(files.forces(".journal")).isEqualTo(forces + 1);
        assertThat(files.forces(".log")).isLessThanOrEqualTo(1);
        assertThat(engine.status())
                .isInstanceOfSatisfying(EngineStatus.ReadOnly.class, status -> assertThat(status.code())
                        .isEqualTo(ErrorCode.READ_ONLY));
        assertThat(log.highWatermark()).isEqualTo(1);
        assertThat(everything(log)).containsExactly("a");
    }

    @Test
    void showsNothingPastABatchThatWaitsForTheDisk() {
        // given
        EmbeddedLogEngine engine = engine();
        PartitionLog log = open(engine);
        get(log.append(batch("a"), Acks.LEADER));
        files.failForces(path -> path.toString().endsWith(".journal"));
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
        EmbeddedLogEngine engine = engine();
        PartitionLog log = open(engine);
        get(log.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        files.room(30);
        // when
        ErrorCode full = codeOf(log.append(Batches.sequenced(7, 0, 1, "b".repeat(100)), Acks.ALL));
        // then
        assertThat(full).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(engine.status()).isInstanceOf(EngineStatus.ReadOnly.class);
        assertThat(everything(log)).containsExactly("a");
        files.room(Long.MAX_VALUE);
        assertThat(get(log.append(Batches.sequenced(7, 0, 1, "c"), Acks.ALL)).baseOffset())
                .isEqualTo(1);
        assertThat(engine.status()).isInstanceOf(EngineStatus.Writable.class);
        assertThat(everything(restarted())).containsExactly("a", "c");
    }

    @Test
    void truncatesOnAFullDiskInTheRoomThatIsKeptForIt() {
        // given
        EmbeddedLogEngine engine = engine();
        PartitionLog log = open(engine);
        get(log.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        get(log.append(Batches.sequenced(7, 0, 1, "b"), Acks.ALL));
        engine.keepHouse();
        files.room(0);
        assertThat(codeOf(log.append(Batches.sequenced(7, 0, 2, "c"), Acks.ALL)))
                .isEqualTo(ErrorCode.DISK_FULL);
        // when
        long start = get(log.truncateBefore(1));
        // then
        assertThat(start).isEqualTo(1);
        assertThat(everything(restarted())).containsExactly("b");
    }

    @Test
    void cutsATornTailAtEveryByte() {
        // given
        PartitionLog log = open(engine());
        get(log.append(batch("a"), Acks.LEADER));
        get(log.append(batch("b"), Acks.LEADER));
        byte[] whole = files.bytes(SEGMENT);
        MemoryFiles before = files;
        for (int length = whole.length - 1; length > whole.length / 2; length--) {
            files = before.crashed(null);
            files.put(SEGMENT, Arrays.copyOf(whole, length));
            // when
            PartitionLog again = open(engine());
            // then
            assertThat(again.highWatermark()).isLessThanOrEqualTo(1);
            shown();
            assertThat(everything(again)).containsExactly("a");
            assertThat(get(again.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(1);
        }
    }

    @Test
    void neverServesAFlippedBitAndNeverLosesWhatIsAround() {
        // given
        EmbeddedLogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.ALL));
        get(log.append(batch("c"), Acks.ALL));
        first.close();
        byte[] whole = files.bytes(SEGMENT);
        int size = whole.length / 3;
        MemoryFiles before = files;
        for (int bit = 16 * 8; bit < size * 8; bit++) {
            files = before.crashed(null);
            byte[] damaged = whole.clone();
            damaged[size + bit / 8] ^= (byte) (1 << (bit % 8));
            files.put(SEGMENT, damaged);
            // when
            PartitionLog again = open(engine());
            // then
            assertThat(Batches.values(get(again.read(0, 1 << 20)).batches())).containsExactly("0:a");
            assertThat(codeOf(again.read(1, 1 << 20))).isEqualTo(ErrorCode.CORRUPT_DATA);
            assertThat(Batches.values(get(again.read(2, 1 << 20)).batches())).containsExactly("2:c");
            assertThat(again.endOffset()).isEqualTo(3);
            assertThat(files.bytes(SEGMENT)).isEqualTo(damaged);
        }
    }

    /** Base offset and epoch lie outside the checksum; only what stands around a batch tells that they are wrong. */
    @Test
    void neverServesABatchUnderAnotherOffsetOrEpoch() {
        // given
        EmbeddedLogEngine first = engine();
        PartitionLog log = get(first.open(id(0), 5, CONFIG));
        for (String value : List.of("a", "b", "c", "d")) {
            get(log.append(batch(value), Acks.ALL));
        }
        first.close();
        byte[] whole = files.bytes(SEGMENT);
        int size = whole.length / 4;
        MemoryFiles before = files;
        for (int batch = 0; batch < 4; batch++) {
            for (int bit = 0; bit < 16 * 8; bit++) {
                if (bit % 3 != batch % 3 || (bit >= 64 && bit < 96)) {
                    continue; // the length is tested elsewhere
                }
                if (bit >= 96 && (whole[batch * size + bit / 8] & 1 << bit % 8) != 0) {
                    continue; // a lower epoch at the first batch looked at is not seen
                }
                files = before.crashed(null);
                byte[] damaged = whole.clone();
                damaged[batch * size + bit / 8] ^= (byte) (1 << (bit % 8));
                files.put(SEGMENT, damaged);
                // when
                PartitionLog again = get(engine().open(id(0), 5, CONFIG));
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
                started.remove(started.size() - 1).close();
            }
        }
    }

    @Test
    void keepsAcknowledgedOffsetsWhenTheirBytesAreGone() {
        // given
        EmbeddedLogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.ALL));
        first.close();
        byte[] whole = files.bytes(SEGMENT);
        files.put(SEGMENT, Arrays.copyOf(whole, whole.length - 1));
        // when
        PartitionLog again = restarted();
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
            files = new MemoryFiles();
            EmbeddedLogEngine first = engine();
            LogConfig small = LogConfig.of(Map.of("index.interval.bytes", "100", "segment.bytes", "2000"));
            PartitionLog log = get(first.open(id(0), 1, small));
            for (int i = 0; i < 60; i++) {
                get(log.append(Batches.at(1_000 + i, "value" + i), Acks.LEADER));
            }
            first.close();
            for (Path path : files.all()) {
                if (path.toString().endsWith("index")) {
                    if (damage == null) {
                        files.delete(path);
                    } else {
                        files.put(path, damage);
                    }
                }
            }
            // when
            PartitionLog again = get(engine().open(id(0), 1, small));
            // then
            for (int i = 0; i < 60; i++) {
                assertThat(Batches.values(get(again.read(i, 10)).batches())).containsExactly(i + ":value" + i);
                assertThat(get(again.offsetForTimestamp(1_000 + i))).contains(new OffsetAndTimestamp(i, 1_000 + i));
            }
        }
    }

    @Test
    void remembersProducersAfterAKill() {
        // given
        EmbeddedLogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        first.checkpoint();
        get(log.append(Batches.sequenced(7, 0, 1, "b"), Acks.ALL));
        get(log.append(Batches.sequenced(8, 3, 5, "c"), Acks.ALL));
        // when
        PartitionLog again = restarted();
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
    void letsOldSegmentsGoByAgeAndBySizeButNotByATimestampInTheFuture() {
        // given
        EmbeddedLogEngine engine = engine();
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
    void takesNothingFromTheFormerLifeOfAJournalFile() {
        // given
        EmbeddedLogEngine first = engine();
        PartitionLog log = open(first);
        for (int i = 0; i < 8; i++) {
            get(log.append(batch("old" + i, "old"), Acks.ALL));
        }
        first.checkpoint();
        first.checkpoint();
        // when
        get(log.append(batch("new"), Acks.ALL));
        // then
        assertThat(files.all().stream().map(Path::toString).filter(name -> name.contains("/journal/")))
                .as("the same file under a new number")
                .containsExactly("/data/journal/00000000000000000002.journal");
        assertThat(everything(restarted())).hasSize(17).endsWith("new");
        shown();
        assertThat(files.all().stream().map(Path::toString)).noneMatch(name -> name.endsWith(".journal"));
    }

    @Test
    void removesSpareJournalFilesBeforeANumberIsGivenOutAgain() {
        // given
        EmbeddedLogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(batch("a"), Acks.ALL));
        first.checkpoint();
        assertThat(files.all()).anyMatch(path -> path.toString().endsWith(".journal.spare"));
        // when
        PartitionLog again = restarted();
        // then
        assertThat(files.all()).noneMatch(path -> path.toString().endsWith(".spare"));
        get(again.append(batch("b"), Acks.ALL));
        assertThat(everything(restarted())).containsExactly("a", "b");
    }

    @Test
    void showsOnlyWhatTheNextCrashCannotTake() {
        // given an entry that reached the journal's page cache and not the disk when the process was killed
        PartitionLog log = open(engine());
        get(log.append(batch("a"), Acks.ALL));
        files.failForces(path -> path.toString().endsWith(".journal"));
        assertThat(codeOf(log.append(batch("b"), Acks.ALL))).isEqualTo(ErrorCode.READ_ONLY);
        MemoryFiles killed = files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            files = killed.crashed(null);
            // when
            files.failForces(path -> path.toString().endsWith(".log"));
            PartitionLog again = open(engine());
            List<String> shown = everything(again);
            // then
            files.failForces(path -> false);
            files = files.crashed(new Random(seed));
            assertThat(everything(open(engine()))).startsWith(shown.toArray(String[]::new));
            assertThat(shown).containsExactly("a", "b");
        }
    }

    @Test
    void keepsTheJournalUntilAlsoUnopenedLogsAreForced() {
        // given
        get(open(engine()).append(batch("a"), Acks.ALL));
        MemoryFiles killed = files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            files = killed.crashed(null);
            // when
            engine().checkpoint();
            files = files.crashed(new Random(seed));
            // then
            assertThat(everything(open(engine()))).containsExactly("a");
        }
    }

    @Test
    void batchesBehindAHoleDoNotComeBackBehindNewOnes() {
        // given the second batch survived a crash and the first did not
        PartitionLog log = open(engine());
        get(log.append(batch("a"), Acks.LEADER));
        get(log.append(batch("b"), Acks.LEADER));
        byte[] holed = files.bytes(SEGMENT);
        Arrays.fill(holed, 0, holed.length / 2, (byte) 0);
        MemoryFiles before = files;
        for (int seed = 0; seed < 15; seed++) {
            files = before.crashed(null);
            files.put(SEGMENT, holed);
            // when
            get(open(engine()).append(batch("c"), Acks.LEADER));
            files = files.crashed(new Random(seed));
            PartitionLog again = open(engine());
            shown();
            // then
            assertThat(everything(again)).isSubsetOf("c");
        }
    }

    @Test
    void keepsManyMoreLogsThanOpenFiles() {
        // given
        int logs = 2_000;
        EmbeddedLogEngine engine = CrashTest.engine(files, CrashTest.settings(1 << 20, 64));
        started.add(engine);
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
        assertThat(files.mostOpen())
                .as("64, the journal and those of one moment")
                .isLessThanOrEqualTo(64 + 8);
        for (PartitionLog log : opened) {
            assertThat(everything(log)).containsExactly(log.id() + " 0", log.id() + " 1", log.id() + " 2");
        }
        files = files.crashed(null);
        EmbeddedLogEngine next = CrashTest.engine(files, CrashTest.settings(1 << 20, 64));
        started.add(next);
        List<PartitionLog> again = new ArrayList<>();
        for (int i = 0; i < logs; i++) {
            again.add(get(next.open(id(i), 2, CONFIG)));
        }
        next.checkpoint();
        for (PartitionLog log : again) {
            assertThat(everything(log)).hasSize(3);
        }
        assertThat(files.mostOpen()).isLessThanOrEqualTo(64 + 8);
    }

    @Test
    void keepsTheFileOfALogThatWasEmptyWhenTheProcessWasKilled() {
        // given
        open(engine());
        MemoryFiles killed = files.crashed(null);
        for (int seed = 0; seed < 15; seed++) {
            files = killed.crashed(null);
            EmbeddedLogEngine engine = CrashTest.engine(files, CrashTest.settings(100));
            started.add(engine);
            // when
            String large = "a".repeat(200);
            get(open(engine).append(batch(large), Acks.ALL));
            files = files.crashed(new Random(seed));
            // then
            PartitionLog again = open(engine());
            shown();
            assertThat(everything(again)).containsExactly(large);
        }
    }

    @Test
    void refusesToStartWithADamagedCheckpointFile() {
        // given
        EmbeddedLogEngine first = engine();
        open(first);
        first.close();
        files.put(
                Path.of("/data/checkpoint"),
                "barnabas-checkpoint 1 0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        // when
        Throwable failure = org.assertj.core.api.Assertions.catchThrowable(this::engine);
        // then
        assertThat(failure).isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.CORRUPT_DATA));
    }
}
