package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.group.CoordinatorRoute.Rule;
import io.barnabas.broker.group.CoordinatorRoute.Try;
import io.barnabas.group.Timers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Tries again what did not find its coordinator, within a bounded time: after a delay that grows, and at once when the
 * cluster has changed. Thread-safe.
 */
final class Retries {
    private static final int MAX_DELAY_MS = 1_000;

    /** The coordinator was not found where it was looked for, or not yet. */
    private static final Set<ErrorCode> LOST = Set.of(
            ErrorCode.NOT_OWNER,
            ErrorCode.COORDINATOR_LOADING,
            ErrorCode.PEER_UNREACHABLE,
            ErrorCode.OUTCOME_UNKNOWN,
            ErrorCode.REBALANCING);

    private final int retryDelayMs;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final Set<Pause> pauses = ConcurrentHashMap.newKeySet();

    /** Volatile: set once by who closes, seen by everybody who is about to try. */
    private volatile boolean closed;

    Retries(int retryDelayMs, Timers timers, LongSupplier nanoTime) {
        this.retryDelayMs = retryDelayMs;
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** The outcome of the first try that does not find its coordinator gone, or the last failure when time is over. */
    <T> CompletionStage<T> run(Rule rule, int waitMs, Try<T> attempt) {
        Series<T> series = new Series<>(rule, waitMs, attempt);
        series.next();
        return series.outcome;
    }

    /** Something has changed: whoever waits looks again now. */
    void wake() {
        List.copyOf(pauses).forEach(Pause::end);
    }

    /** Nothing is tried any more: who waits hears {@code DRAINING}. */
    void close() {
        closed = true;
        wake();
    }

    private final class Series<T> {
        private final Rule rule;
        private final Try<T> attempt;
        private final long deadlineNanos;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();

        // One try at a time touches these; each happens before the next one.
        private long delayMs = retryDelayMs;
        private boolean unsure;

        Series(Rule rule, int waitMs, Try<T> attempt) {
            this.rule = rule;
            this.deadlineNanos = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(waitMs);
            this.attempt = attempt;
        }

        void next() {
            if (closed) {
                outcome.completeExceptionally(new BarnabasException(ErrorCode.DRAINING, "this node goes down"));
                return;
            }
            CompletionStage<T> stage;
            try {
                stage = attempt.run(unsure);
            } catch (RuntimeException e) {
                stage = CompletableFuture.failedFuture(e);
            }
            stage.whenComplete((value, failure) -> {
                if (failure == null) {
                    outcome.complete(value);
                } else {
                    failed(BarnabasException.of(failure));
                }
            });
        }

        private void failed(BarnabasException failure) {
            unsure |= failure.code() == ErrorCode.OUTCOME_UNKNOWN;
            boolean again = LOST.contains(failure.code()) && !(unsure && rule == Rule.ONCE);
            if (!again || nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(delayMs) - deadlineNanos > 0) {
                outcome.completeExceptionally(unsure && again ? unknown(failure) : failure);
                return;
            }
            Pause pause = new Pause(this::next);
            pauses.add(pause);
            pause.alarm(timers.schedule(delayMs, pause::end));
            delayMs = Math.min(MAX_DELAY_MS, delayMs * 2);
        }

        /** An earlier try may have been executed, whatever became of the last one. */
        private BarnabasException unknown(BarnabasException last) {
            return new BarnabasException(
                    ErrorCode.OUTCOME_UNKNOWN, "it may have happened or not: " + last.getMessage());
        }
    }

    /** The time between two tries; ends once. */
    private final class Pause {
        private final Runnable next;
        private final AtomicBoolean over = new AtomicBoolean();

        /** Volatile: set after the pause can be ended by others, who at worst leave an alarm that does nothing. */
        private volatile Timers.Alarm alarm = () -> {};

        Pause(Runnable next) {
            this.next = next;
        }

        void alarm(Timers.Alarm set) {
            alarm = set;
        }

        void end() {
            if (over.compareAndSet(false, true)) {
                pauses.remove(this);
                alarm.cancel();
                next.run();
            }
        }
    }
}
