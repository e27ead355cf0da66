package io.barnabas.log;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.LogEngineContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.MemoryFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stop of the engine ends, whatever else goes on or goes wrong; and whoever waits is answered. */
@Timeout(60)
class EngineCloseTest {
    private static final int PARTITIONS = 8;
    private static final LogConfig CONFIG = LogConfig.of(java.util.Map.of());
    private static final Executor DIRECT = Runnable::run;

    private final MemoryFiles files = new MemoryFiles();

    private EmbeddedLogEngine engine(Executor completions, LogEvents events) {
        return new EmbeddedLogEngine(
                Path.of("/data"),
                CrashTest.settings(300),
                files,
                Clock.systemUTC(),
                System::nanoTime,
                completions,
                EngineCloseTest::daemon,
                events);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static List<PartitionLog> open(LogEngine engine) {
        List<PartitionLog> logs = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            logs.add(get(engine.open(new LogId(new UUID(1, 1), new TopicPartition("t", i)), 1, CONFIG)));
        }
        return logs;
    }

    private static boolean answered(CompletionStage<?> stage) {
        return stage.toCompletableFuture()
                .handle((result, failure) -> true)
                .completeOnTimeout(false, 20, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void endsBesideClosesCheckpointsReadsAndAppends() throws Exception {
        for (int round = 0; round < 40; round++) {
            // given
            ExecutorService completions = Executors.newFixedThreadPool(2, EngineCloseTest::daemon);
            ExecutorService callers = Executors.newFixedThreadPool(5, EngineCloseTest::daemon);
            EmbeddedLogEngine engine = engine(completions, LogEvents.NONE);
            List<PartitionLog> logs = open(engine);
            ConcurrentLinkedQueue<CompletionStage<?>> answers = new ConcurrentLinkedQueue<>();
            CyclicBarrier together = new CyclicBarrier(5);
            Random random = new Random(round);
            int appends = random.nextInt(100);
            List<Runnable> work = List.of(
                    () -> logs.forEach(log -> answers.add(log.close())),
                    engine::checkpoint,
                    () -> {
                        for (int i = 0; i < appends; i++) {
                            answers.add(
                                    logs.get(i % PARTITIONS).append(batch("v"), i % 2 == 0 ? Acks.ALL : Acks.LEADER));
                        }
                    },
                    () -> logs.forEach(log -> {
                        answers.add(log.read(0, 100));
                        answers.add(log.truncateBefore(0));
                    }),
                    engine::keepHouse);
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (Runnable each : work) {
                running.add(CompletableFuture.runAsync(() -> atOnce(together, each), callers));
            }
            // when
            engine.close();
            // then
            assertThat(running).allMatch(EngineCloseTest::answered);
            assertThat(answers).allMatch(EngineCloseTest::answered);
            assertThat(engine.status()).isInstanceOf(EngineStatus.Closed.class);
            callers.shutdownNow();
            completions.shutdownNow();
        }
    }

    private static void atOnce(CyclicBarrier together, Runnable work) {
        try {
            together.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        work.run();
    }

    @Test
    void answersAndEndsWhenTheExecutorOfAnswersHasEnded() {
        // given
        ExecutorService completions = Executors.newSingleThreadExecutor();
        EmbeddedLogEngine engine = engine(completions, LogEvents.NONE);
        PartitionLog log = open(engine).get(0);
        completions.shutdownNow();
        // when
        CompletionStage<AppendResult> appended = log.append(batch("a"), Acks.ALL);
        // then
        assertThat(get(appended).baseOffset()).isZero();
        assertThat(answered(log.close())).isTrue();
        engine.close();
    }

    @Test
    void refusingExecutorOfAnswersLosesNoAnswer() {
        // given
        EmbeddedLogEngine engine = engine(
                work -> {
                    throw new RejectedExecutionException("full");
                },
                LogEvents.NONE);
        // when
        PartitionLog log = open(engine).get(1);
        // then
        assertThat(get(log.append(batch("a"), Acks.LEADER)).baseOffset()).isZero();
        engine.close();
    }

    /** As when a server stops the class loader before the application: whatever is new to the machine is not there. */
    @Test
    void endsWhenErrorsAreThrownInTurnsAndWhileClosing() {
        // given
        EmbeddedLogEngine engine = engine(DIRECT, new LogEvents() {
            @Override
            public void appended(LogId id, int batches, long records, long bytes) {
                throw new NoClassDefFoundError("appended");
            }

            @Override
            public void segmentForced(LogId id, long nanos) {
                throw new NoClassDefFoundError("forced");
            }
        });
        List<PartitionLog> logs = open(engine);
        // when
        List<CompletionStage<AppendResult>> appended = new ArrayList<>();
        for (PartitionLog log : logs) {
            appended.add(log.append(batch("a"), Acks.ALL));
            appended.add(log.append(batch("b"), Acks.LEADER));
        }
        long start = System.nanoTime();
        engine.close();
        // then
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(appended).allMatch(EngineCloseTest::answered);
    }
}
