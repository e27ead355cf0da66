package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tries again while a partition changes hands: whenever what is waited for has changed, and otherwise after short pauses.
 * When a node dies hundreds of partitions change, one after the other, and hundreds of requests wait: each is woken by
 * changes of its own partition alone. Holds no thread. Thread-safe.
 *
 * <pre>
 *   trying --answer, or a failure that no hand-over explains--&gt; over
 *     |  ^
 *     |  '--changed, or pause over--.
 *     '--moving, and time left--&gt; waiting     (no time left: over, with the last failure)
 * </pre>
 */
final class Handovers {
    private static final int FIRST_PAUSE_MS = 25;
    private static final int LONGEST_PAUSE_MS = 500;

    private final ScheduledExecutorService timers;
    private final Executor workers;
    private final LongSupplier nanoTime;
    private final Set<Pause> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicLong changeCount = new AtomicLong();

    /**
     * Tries on the threads of the workers.
     *
     * @param timers ends pauses
     */
    Handovers(ScheduledExecutorService timers, Executor workers, LongSupplier nanoTime) {
        this.timers = requireNonNull(timers, "timers");
        this.workers = requireNonNull(workers, "workers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** Whether the failure may be gone when the partition has come to its next owner, and nothing was done by now. */
    static boolean moving(ErrorCode code) {
        return code == ErrorCode.NOT_OWNER || code == ErrorCode.PARTITION_OFFLINE || code == ErrorCode.PEER_UNREACHABLE;
    }

    /**
     * Tries until it works, for so long at most.
     *
     * @param watched what another outcome can only come from, compared by {@code equals}
     * @param hope asked after each failure: false when waiting is known to be in vain
     * @param attempt may be repeated even if its outcome is not known
     */
    <T> CompletionStage<T> run(
            int waitMs, Supplier<?> watched, BooleanSupplier hope, Supplier<CompletionStage<T>> attempt) {
        long untilNanos = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        Trial<T> trial = new Trial<>(watched, hope, attempt, untilNanos);
        trial.go(FIRST_PAUSE_MS);
        return trial.answer;
    }

    /**
     * Completes, on a worker, when what is watched is another than it was, at the latest after {@code pauseMs}.
     *
     * @param seen what it was before the attempt after which this pause is made, so that no change is missed
     */
    CompletionStage<Void> pause(Object seen, Supplier<?> watched, int pauseMs) {
        Pause pause = new Pause(seen, watched);
        waiting.add(pause);
        pause.look();
        CompletionStage<Void> over = pause.woken;
        try {
            ScheduledFuture<?> timer =
                    timers.schedule(() -> pause.woken.complete(null), pauseMs, TimeUnit.MILLISECONDS);
            over.whenComplete((done, failure) -> {
                timer.cancel(false);
                waiting.remove(pause);
            });
        } catch (RejectedExecutionException e) {
            waiting.remove(pause);
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.DRAINING, "this node is shutting down, send to another one"));
        }
        return over.thenRunAsync(() -> {}, workers);
    }

    static int longer(int pauseMs) {
        return Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }

    static int firstPauseMs() {
        return FIRST_PAUSE_MS;
    }

    /** Who owns what has changed, or what is open here: wakes those who wait for just that. */
    void changed() {
        changeCount.incrementAndGet();
        waiting.forEach(Pause::look);
    }

    /** To be watched by who waits for any change. */
    long changeCount() {
        return changeCount.get();
    }

    /** Something else has changed: wakes all. */
    void wakeAll() {
        waiting.forEach(pause -> pause.woken.complete(null));
    }

    static int longestPauseMs() {
        return LONGEST_PAUSE_MS;
    }

    /** Compared by identity. */
    private static final class Pause {
        private final CompletableFuture<Void> woken = new CompletableFuture<>();
        private final Object seen;
        private final Supplier<?> watched;

        private Pause(Object seen, Supplier<?> watched) {
            this.seen = seen;
            this.watched = watched;
        }

        private void look() {
            if (!seen.equals(watched.get())) {
                woken.complete(null);
            }
        }
    }

    private final class Trial<T> {
        private final Supplier<?> watched;
        private final BooleanSupplier hope;
        private final Supplier<CompletionStage<T>> attempt;
        private final long untilNanos;
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        Trial(Supplier<?> watched, BooleanSupplier hope, Supplier<CompletionStage<T>> attempt, long untilNanos) {
            this.watched = watched;
            this.hope = hope;
            this.attempt = attempt;
            this.untilNanos = untilNanos;
        }

        void go(int pauseMs) {
            Object seen = watched.get();
            CompletionStage<T> stage;
            try {
                stage = attempt.get();
            } catch (RuntimeException e) {
                stage = CompletableFuture.failedFuture(e);
            }
            stage.whenComplete((result, failure) -> {
                if (failure == null) {
                    answer.complete(result);
                } else {
                    failed(BarnabasException.of(failure), seen, pauseMs);
                }
            });
        }

        private void failed(BarnabasException failure, Object seen, int pauseMs) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(untilNanos - nanoTime.getAsLong());
            boolean again = moving(failure.code()) || failure.code() == ErrorCode.OUTCOME_UNKNOWN;
            if (!again || leftMs <= 0 || !hope.getAsBoolean()) {
                answer.completeExceptionally(failure);
                return;
            }
            pause(seen, watched, (int) Math.min(pauseMs, leftMs)).whenComplete((woken, gone) -> {
                if (gone == null) {
                    go(longer(pauseMs));
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        }
    }
}
