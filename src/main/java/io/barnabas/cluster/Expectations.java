package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Waits for changes to become visible in this node's copy of the cluster. Confined to the event thread; answers are
 * completed on another executor, so that what callers chain to them never holds up events.
 */
final class Expectations {
    private final ScheduledExecutorService events;
    private final Executor answers;
    private final long waitMs;
    private final List<Expectation<?>> open = new ArrayList<>();

    Expectations(ScheduledExecutorService events, Executor answers, long waitMs) {
        this.events = events;
        this.answers = answers;
        this.waitMs = waitMs;
    }

    /** Completes {@code answer} with {@code value} once a state meets {@code met}, or {@code TIMED_OUT}. */
    <T> void add(String what, Predicate<Snapshot> met, T value, CompletableFuture<T> answer) {
        Expectation<T> expectation = new Expectation<>(what, met, value, answer);
        open.add(expectation);
        expectation.timeout = events.schedule(() -> timedOut(expectation), waitMs, TimeUnit.MILLISECONDS);
    }

    void check(Snapshot snapshot) {
        open.removeIf(expectation -> {
            boolean met = expectation.met.test(snapshot);
            if (met) {
                expectation.timeout.cancel(false);
                answers.execute(expectation::complete);
            }
            return met;
        });
    }

    private void timedOut(Expectation<?> expectation) {
        if (open.remove(expectation)) {
            BarnabasException late = new BarnabasException(
                    ErrorCode.TIMED_OUT,
                    "this node did not see within " + waitMs + " ms that " + expectation.what
                            + "; the change itself is made");
            answers.execute(() -> expectation.answer.completeExceptionally(late));
        }
    }

    private static final class Expectation<T> {
        private final String what;
        private final Predicate<Snapshot> met;
        private final T value;
        private final CompletableFuture<T> answer;
        private ScheduledFuture<?> timeout;

        Expectation(String what, Predicate<Snapshot> met, T value, CompletableFuture<T> answer) {
            this.what = what;
            this.met = met;
            this.value = value;
            this.answer = answer;
        }

        void complete() {
            answer.complete(value);
        }
    }
}
