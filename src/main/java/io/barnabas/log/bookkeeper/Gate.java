package io.barnabas.log.bookkeeper;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Lets so many pieces of work go on at once; the others wait, without a thread, in the order in which they came.
 * Thread-safe.
 */
final class Gate {
    private final int most;

    /** Guarded by itself, as is {@link #going}; held for a few instructions, nothing is called under it. */
    private final Deque<Runnable> waiting = new ArrayDeque<>();

    private int going;

    Gate(int most) {
        this.most = most;
    }

    /** Begins the work when there is room for it; completes as it does. */
    <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> work) {
        requireNonNull(work, "work");
        CompletableFuture<T> answer = new CompletableFuture<>();
        synchronized (waiting) {
            waiting.add(() -> begin(work, answer));
        }
        beginNext();
        return answer;
    }

    private <T> void begin(Supplier<CompletableFuture<T>> work, CompletableFuture<T> answer) {
        CompletableFuture<T> done;
        try {
            done = work.get();
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        var unused = done.whenComplete((result, failure) -> {
            synchronized (waiting) {
                going--;
            }
            beginNext();
            if (failure == null) {
                answer.complete(result);
            } else {
                answer.completeExceptionally(failure);
            }
        });
    }

    private void beginNext() {
        Runnable next;
        synchronized (waiting) {
            if (going == most || waiting.isEmpty()) {
                return;
            }
            going++;
            next = waiting.remove();
        }
        next.run();
    }
}
