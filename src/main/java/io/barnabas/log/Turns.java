package io.barnabas.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's queue: appends and other work run one at a time, in the order of the calls, on an executor that many
 * partitions share. Appends that wait together are handed over together. Thread-safe.
 */
public final class Turns {
    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);
    private static final int APPENDS_MOST = 1_000;

    private final Executor executor;
    private final Consumer<List<Append>> writer;
    private final int turnBytes;

    /** Appends and runnables; guarded by this, as is {@code scheduled}. The bytes are bounded by {@link Waiting}. */
    private final ArrayDeque<Object> queue = new ArrayDeque<>();

    private boolean scheduled;

    private final Busy busy;

    public Turns(Executor executor, int turnBytes, LongSupplier nanoTime, Consumer<List<Append>> writer) {
        this.executor = executor;
        this.turnBytes = turnBytes;
        this.busy = new Busy(nanoTime);
        this.writer = writer;
    }

    public void append(Append append) {
        enqueue(append);
    }

    public void run(Runnable work) {
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
        schedule();
    }

    /** An executor that has ended, or gets no thread, must not leave work behind that somebody waits for. */
    private void schedule() {
        try {
            executor.execute(this::turn);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            LOG.warn("Turns go on on the thread of a caller: the executor refuses reason={}", e.toString());
            boolean more = true;
            while (more) {
                one();
                more = more();
            }
        }
    }

    private void turn() {
        one();
        if (more()) {
            // To the end of the executor's queue, so that no partition starves the others.
            schedule();
        }
    }

    /** Nothing that goes wrong in one turn may keep the next from running: closing the log is one of them. */
    private void one() {
        busy.begin();
        try {
            Object next = take();
            if (next instanceof Runnable work) {
                work.run();
            } else if (next instanceof Append first) {
                writer.accept(withFollowers(first));
            }
        } catch (RuntimeException | Error e) {
            LOG.error("A turn ended by an exception", e);
        } finally {
            busy.end();
        }
    }

    /** How long the turn that runs now has run; 0 when none does. */
    long runningNanos() {
        return busy.nanos();
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

    private synchronized boolean more() {
        scheduled = !queue.isEmpty();
        return scheduled;
    }
}
