package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Asks whether this node still owns a partition, before it says what only an owner can know: where the log ends, that
 * nothing more is there, that an offset is out of range, that a sequence is wrong. A node that was paused remembers what
 * was true before, and who believes it takes that for the end. What it read below its own high watermark is true
 * whoever owns.
 *
 * <p>One question is under way at a time. Whoever comes meanwhile shares the next one: what is under way may have been
 * answered before they came. Thread-safe: a lock guards the two questions; nothing foreign is called while it is held.
 */
final class OwnerCheck {
    private final Supplier<CompletionStage<?>> question;

    /** Null while nothing is asked. */
    private CompletableFuture<Void> asked;

    /** Null while nobody waits for the next question. */
    private CompletableFuture<Void> next;

    OwnerCheck(Supplier<CompletionStage<?>> question) {
        this.question = question;
    }

    /**
     * Completes when it was asked after this call and this node owns the partition. Fails with {@code NOT_OWNER}, or with
     * {@code ZOOKEEPER_UNAVAILABLE} when nobody knows.
     */
    CompletableFuture<Void> confirmed() {
        CompletableFuture<Void> mine;
        synchronized (this) {
            if (asked != null) {
                next = next == null ? new CompletableFuture<>() : next;
                return next;
            }
            asked = new CompletableFuture<>();
            mine = asked;
        }
        ask(mine);
        return mine;
    }

    private void ask(CompletableFuture<Void> mine) {
        CompletionStage<?> answer;
        try {
            answer = question.get();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        var unused = answer.whenComplete((owned, failure) -> {
            CompletableFuture<Void> following = following();
            if (failure == null) {
                mine.complete(null);
            } else {
                mine.completeExceptionally(BarnabasException.of(failure));
            }
            if (following != null) {
                ask(following);
            }
        });
    }

    private synchronized CompletableFuture<Void> following() {
        asked = next;
        next = null;
        return asked;
    }
}
