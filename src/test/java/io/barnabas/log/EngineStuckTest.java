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
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work that never ends is seen from outside, and only for as long as it goes on. */
@Timeout(60)
class EngineStuckTest {
    private static final long LIMIT_MS = 1_000;

    private final AtomicLong nanos = new AtomicLong(TimeUnit.DAYS.toNanos(1));
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch proceed = new CountDownLatch(1);
    private EmbeddedLogEngine engine;

    @AfterEach
    void end() {
        proceed.countDown();
        engine.close();
    }

    private CompletionStage<AppendResult> append(LogEvents events, Acks acks) throws InterruptedException {
        engine = new EmbeddedLogEngine(
                Path.of("/data"),
                CrashTest.settings(300),
                new MemoryFiles(),
                Clock.systemUTC(),
                nanos::get,
                Runnable::run,
                EngineStuckTest::daemon,
                events);
        LogId id = new LogId(new UUID(1, 1), new TopicPartition("orders", 7));
        PartitionLog log = get(engine.open(id, 1, LogConfig.of(Map.of())));
        CompletionStage<AppendResult> appended = log.append(batch("v"), acks);
        assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
        return appended;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private void hang() {
        arrived.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                proceed.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(long ms) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    @Test
    void namesThePartitionWhoseWriteDoesNotEnd() throws Exception {
        // given
        CompletionStage<AppendResult> appended = append(
                new LogEvents() {
                    @Override
                    public void appended(LogId id, int batches, long records, long bytes) {
                        hang();
                    }
                },
                Acks.LEADER);
        // when
        pass(LIMIT_MS);
        var atTheLimit = engine.stuck(LIMIT_MS);
        pass(1);
        var over = engine.stuck(LIMIT_MS);
        proceed.countDown();
        get(appended);
        // then
        assertThat(atTheLimit).isEmpty();
        assertThat(over.orElseThrow()).contains("orders-7", "1001 ms");
    }

    @Test
    void tellsOfAForceThatDoesNotEndAndForgetsItWhenItDoes() throws Exception {
        // given
        CompletionStage<AppendResult> appended = append(
                new LogEvents() {
                    @Override
                    public void journalForced(long took, int logs, long bytes) {
                        hang();
                    }
                },
                Acks.ALL);
        // when
        pass(LIMIT_MS + 1);
        var during = engine.stuck(LIMIT_MS);
        proceed.countDown();
        get(appended);
        engine.close();
        pass(LIMIT_MS + 1);
        // then
        assertThat(during.orElseThrow()).contains("journal");
        assertThat(engine.stuck(LIMIT_MS)).isEmpty();
    }
}
