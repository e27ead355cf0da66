package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * Takes answers from whichever thread has them to the threads that may block while they serialise and write. An answer
 * is written by the thread that completes its stage, so this is what keeps the log's threads from waiting for a slow
 * client. Thread-safe.
 */
public final class Responders {
    private final Executor executor;

    /**
     * Answers on this executor.
     *
     * @param executor bounded; may block in its tasks
     */
    public Responders(Executor executor) {
        this.executor = requireNonNull(executor, "executor");
    }

    /** Turns a result into an answer, and a failure into what {@link ErrorMapper} understands, on a responder. */
    <T> CompletionStage<Response> answer(CompletionStage<T> stage, Function<? super T, Response> answer) {
        return stage.handleAsync(
                (result, failure) -> {
                    if (failure != null) {
                        throw BarnabasException.of(failure);
                    }
                    return answer.apply(result);
                },
                executor);
    }

    /** 204 when the stage completes. */
    CompletionStage<Response> noContent(CompletionStage<?> stage) {
        return answer(stage, done -> Answers.noContent());
    }
}
