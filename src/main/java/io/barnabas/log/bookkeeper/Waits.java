package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for stages, on the housekeeping thread and at the end only. */
final class Waits {
    private static final long MOST_SECONDS = 60;

    private Waits() {}

    /** @throws BarnabasException with what it failed, or {@code TIMED_OUT} */
    static <T> T of(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw BarnabasException.of(e.getCause());
        } catch (TimeoutException e) {
            throw new BarnabasException(ErrorCode.TIMED_OUT, "no answer within " + MOST_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BarnabasException(ErrorCode.NOT_OWNER, "interrupted", e);
        }
    }
}
