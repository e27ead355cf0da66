package io.barnabas.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * One partition's queue: appends and other work run one at a time, in the order of the calls, on an executor that many
 * partitions share. Appends that wait together are handed over together. Thread-safe.
 */
final class Turns {
    private static final int APPENDS_MOST = 1_000;

    private final Executor executor;
    private final Consumer<List<Append>> writer;
    private final int turnBytes;

    /** Appends and runnables; guarded by this, as is {@code scheduled}. The bytes are bounded by {@link Waiting}. */
    private final ArrayDeque<Object> queue = new ArrayDeque<>();

    private boolean scheduled;

    Turns(Executor executor, int turnBytes, Consumer<List<Append>> writer) {
        this.executor = executor;
        this.turnBytes = turnBytes;
        this.writer = writer;
    }

    void append(Append append) {
        enqueue(append);
    }

    void run(Runnable work) {
        enqueue(work);
    }

    private void enqueue(Object item) {
        synchronized (this) {
            queue.add(item);
            if (scheduled) {
                return;
            }
            scheduled = true;
        }
        executor.execute(this::turn);
    }

    private void turn() {
        try {
            Object next = take();
            if (next instanceof Runnable work) {
                work.run();
            } else if (next instanceof Append first) {
                writer.accept(withFollowers(first));
            }
        } finally {
            again();
        }
    }

    private synchronized Object take() {
        return queue.poll();
    }

    private synchronized List<Append> withFollowers(Append first) {
        List<Append> appends = new ArrayList<>();
        appends.add(first);
        long bytes = first.sizeInBytes();
        while (appends.size() < APPENDS_MOST
                && queue.peek() instanceof Append next
                && bytes + next.sizeInBytes() <= turnBytes) {
            queue.poll();
            appends.add(next);
            bytes += next.sizeInBytes();
        }
        return appends;
    }

    /** Goes to the end of the executor's queue, so that no partition starves the others. */
    private void again() {
        synchronized (this) {
            if (queue.isEmpty()) {
                scheduled = false;
                return;
            }
        }
        executor.execute(this::turn);
    }
}
