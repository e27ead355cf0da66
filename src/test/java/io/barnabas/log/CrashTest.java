package io.barnabas.log;

import static io.barnabas.log.LogEngineContract.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.LogRecord;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.MemoryFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever a crash leaves of what was not forced: each log is a beginning of what was appended, and everything that was
 * acknowledged as durable is in it, and so is everything that was shown to a reader after a crash. Each run crashes
 * three times, as a process or as a machine, also during or right after a recovery.
 */
class CrashTest {
    private static final Path DATA = Path.of("/data");
    private static final int PARTITIONS = 3;
    private static final UUID TOPIC = new UUID(1, 2);
    private static final Executor DIRECT = Runnable::run;
    private static final EmbeddedLogSettings SETTINGS = settings(300);

    /** What was appended to a partition, by offset, and what is known of it. */
    private static final class Model {
        private final List<String> values = new ArrayList<>();
        private final List<CompletionStage<AppendResult>> durable = new ArrayList<>();
        private long acknowledgedEnd;
        private long start;

        /** To be called before the crash image is taken. */
        void settle() {
            for (CompletionStage<AppendResult> answer : durable) {
                AppendResult result = answer.toCompletableFuture().getNow(null);
                if (result != null) {
                    acknowledgedEnd = Math.max(acknowledgedEnd, result.lastOffset() + 1);
                }
            }
            durable.clear();
        }
    }

    static EmbeddedLogSettings settings(int journalRangeBytes) {
        return settings(journalRangeBytes, 32);
    }

    static EmbeddedLogSettings settings(int journalRangeBytes, int openFiles) {
        return new EmbeddedLogSettings(
                2,
                2,
                2,
                2,
                1_000,
                1 << 20,
                8 << 20,
                64 << 10,
                1 << 20,
                128 << 10,
                journalRangeBytes,
                3_600_000,
                1L << 40,
                3_600_000,
                0,
                openFiles,
                100,
                86_400_000,
                500,
                3,
                60_000,
                0,
                1 << 20,
                1L << 40,
                false);
    }

    static EmbeddedLogEngine engine(MemoryFiles files, EmbeddedLogSettings settings) {
        return new EmbeddedLogEngine(
                DATA, settings, files, Clock.systemUTC(), System::nanoTime, DIRECT, CrashTest::daemon, LogEvents.NONE);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static LogId id(int partition) {
        return new LogId(TOPIC, new TopicPartition("t", partition));
    }

    @Property(tries = 250, shrinking = ShrinkingMode.OFF)
    void recoversABeginningThatHoldsEverythingAcknowledged(@ForAll long seed) {
        Random random = new Random(seed);
        Map<Integer, Model> models = new HashMap<>();
        MemoryFiles files = new MemoryFiles();
        for (int life = 0; life < 3; life++) {
            EmbeddedLogEngine engine = engine(files, SETTINGS);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                Model model = models.computeIfAbsent(partition, each -> new Model());
                PartitionLog log = get(engine.open(id(partition), life, config()));
                if (random.nextBoolean()) {
                    engine.checkpoint();
                }
                check(log, model);
            }
            MemoryFiles image = live(engine, files, models, random, life);
            engine.close();
            files = image;
        }
    }

    private static LogConfig config() {
        return LogConfig.of(Map.of("segment.bytes", "1500", "index.interval.bytes", "100"));
    }

    private static MemoryFiles live(
            EmbeddedLogEngine engine, MemoryFiles files, Map<Integer, Model> models, Random random, int life) {
        int steps = random.nextInt(60);
        for (int step = 0; step < steps; step++) {
            int partition = random.nextInt(PARTITIONS);
            PartitionLog log = get(engine.open(id(partition), life, config()));
            Model model = models.get(partition);
            int choice = random.nextInt(20);
            if (choice == 0) {
                engine.checkpoint();
            } else if (choice == 1 && log.highWatermark() > model.start) {
                model.start += random.nextInt((int) (log.highWatermark() - model.start)) + 1;
                model.acknowledgedEnd = Math.max(model.acknowledgedEnd, model.start);
                get(log.truncateBefore(model.start));
            } else {
                append(log, model, random);
            }
        }
        models.values().forEach(Model::settle);
        return files.crashed(random.nextInt(5) == 0 ? null : random);
    }

    private static void append(PartitionLog log, Model model, Random random) {
        String[] values = new String[1 + random.nextInt(3)];
        for (int i = 0; i < values.length; i++) {
            values[i] = model.values.size() + "-" + "x".repeat(random.nextInt(200)) + random.nextInt();
            model.values.add(values[i]);
        }
        Acks acks = random.nextInt(3) == 0 ? Acks.ALL : Acks.LEADER;
        CompletionStage<AppendResult> answer = log.append(Batches.batch(values), acks);
        if (acks == Acks.ALL) {
            model.durable.add(answer);
        }
        if (random.nextInt(3) == 0) {
            get(answer);
        }
    }

    private static void check(PartitionLog log, Model model) {
        assertThat(log.logStartOffset()).isLessThanOrEqualTo(log.endOffset());
        assertThat(log.endOffset()).isGreaterThanOrEqualTo(model.acknowledgedEnd);
        assertThat(log.endOffset()).isLessThanOrEqualTo(model.values.size());
        assertThat(log.logStartOffset()).isEqualTo(model.start);
        assertThat(log.highWatermark()).isBetween(model.start, log.endOffset());
        long served = log.highWatermark();
        long next = log.logStartOffset();
        while (next < served) {
            ByteBuffer batches = get(log.read(next, 700)).batches();
            for (LogRecord record : Batches.records(batches)) {
                if (record.offset() >= next) {
                    assertThat(record.offset()).isEqualTo(next);
                    assertThat(new String(record.value(), UTF_8)).isEqualTo(model.values.get((int) next));
                    next++;
                }
            }
        }
        assertThat(get(log.read(log.endOffset(), 700)).batches().remaining())
                .as("a consumer that had read to the end before the crash waits there")
                .isZero();
        model.values.subList((int) log.endOffset(), model.values.size()).clear();
        // What was shown after a crash must outlive the next one. What was not may still go.
        model.acknowledgedEnd = Math.max(model.acknowledgedEnd, served);
    }
}
