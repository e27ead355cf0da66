package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Runs operations that take time one after the other: the next begins in a turn after the last has completed. May be
 * called from anywhere; bounded.
 */
final class Sequence {
    private final Executor turns;
    private final int maxWaiting;

    /** Touched in turns only, as {@link #busy}. */
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    private boolean busy;

    Sequence(Executor turns, int maxWaiting) {
        this.turns = requireNonNull(turns, "turns");
        this.maxWaiting = maxWaiting;
    }

    /** The operation's outcome, completed in a turn; {@code TOO_MANY} when too many wait already. */
    <T> CompletableFuture<T> run(Supplier<? extends CompletionStage<T>> operation) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        turns.execute(() -> {
            if (waiting.size() >= maxWaiting) {
                outcome.completeExceptionally(new BarnabasException(
                        ErrorCode.TOO_MANY, "already " + maxWaiting + " calls of this instance wait for each other"));
                return;
            }
            waiting.add(() -> start(operation, outcome));
            next();
        });
        return outcome;
    }

    private void next() {
        if (busy || waiting.isEmpty()) {
            return;
        }
        busy = true;
        waiting.remove().run();
    }

    private <T> void start(Supplier<? extends CompletionStage<T>> operation, CompletableFuture<T> outcome) {
        CompletionStage<T> stage;
        try {
            stage = operation.get();
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedFuture(e);
        }
        stage.whenCompleteAsync(
                (result, failure) -> {
                    busy = false;
                    if (failure != null) {
                        outcome.completeExceptionally(failure);
                    } else {
                        outcome.complete(result);
                    }
                    next();
                },
                turns);
    }
}
