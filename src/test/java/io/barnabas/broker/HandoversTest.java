package io.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HandoversTest {
    private static final int LONG_MS = 3_600_000;

    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Handovers handovers = new Handovers(timers, Runnable::run, System::nanoTime);
    private final AtomicInteger mine = new AtomicInteger(1);

    @AfterEach
    void stop() {
        timers.shutdownNow();
    }

    private CompletableFuture<Void> pause(int seen) {
        return handovers.pause(seen, mine::get, LONG_MS).toCompletableFuture();
    }

    @Test
    void endsAPauseOnlyWhenWhatItWatchesHasChanged() {
        // given
        CompletableFuture<Void> pause = pause(1);
        handovers.changed();
        assertThat(pause).isNotDone();
        // when
        mine.set(2);
        handovers.changed();
        // then
        assertThat(pause).isCompleted();
    }

    @Test
    void makesNoPauseWhenTheChangeCameDuringTheAttempt() {
        // given
        mine.set(2);
        // when
        CompletableFuture<Void> pause = pause(1);
        // then
        assertThat(pause).isCompleted();
    }

    @Test
    void endsEveryPauseWhenSomethingElseHasChanged() {
        // given
        CompletableFuture<Void> pause = pause(1);
        // when
        handovers.wakeAll();
        // then
        assertThat(pause).isCompleted();
    }

    @Test
    void endsAPauseInTimeWhenNothingChanges() throws Exception {
        // when
        CompletableFuture<Void> pause = handovers.pause(1, mine::get, 1).toCompletableFuture();
        // then
        assertThat(pause.get(10, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void triesAgainOnceForEachChangeOfWhatItWatches() {
        // given
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Integer> answer = handovers
                .run(LONG_MS, mine::get, () -> true, () -> {
                    attempts.incrementAndGet();
                    return mine.get() == 3
                            ? CompletableFuture.completedFuture(3)
                            : CompletableFuture.failedFuture(new BarnabasException(ErrorCode.NOT_OWNER, "not yet"));
                })
                .toCompletableFuture();
        // when
        mine.set(3);
        handovers.changed();
        // then
        assertThat(answer).isCompletedWithValue(3);
        assertThat(attempts.get()).isGreaterThanOrEqualTo(2);
    }
}
