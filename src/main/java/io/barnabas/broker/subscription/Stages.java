package io.barnabas.broker.subscription;

import io.barnabas.record.BarnabasException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Brings what others complete into a subscription's turns. */
final class Stages {
    private Stages() {}

    /** The same outcome, in a turn; a failure as a {@link BarnabasException}. */
    static <T> CompletionStage<T> inTurn(CompletionStage<T> stage, Executor turns) {
        CompletableFuture<T> inTurn = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> turns.execute(() -> {
            if (failure != null) {
                inTurn.completeExceptionally(BarnabasException.of(failure));
            } else {
                inTurn.complete(value);
            }
        }));
        return inTurn;
    }
}
