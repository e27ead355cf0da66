package io.barnabas.chaos;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** One client on a thread of its own, which does one step after the other until it is told to stop. */
abstract class Client implements AutoCloseable {
    private static final long STOP_SECONDS = 120;
    private static final long REST_MS = 100;

    private final String name;
    private final ExecutorService thread;
    private final AtomicReference<Gap> longestGap = new AtomicReference<>(new Gap(0, "", ""));

    /** Set by whoever stops it, read by its thread between two steps. */
    private volatile boolean stopping;

    /** Why it works no more; written by its thread at its end, read after that. Volatile for a look in between. */
    private volatile Throwable failure;

    /** Touched by the client's thread alone. */
    private long lastSuccessNanos;

    /**
     * A time between two successes.
     *
     * @param attempts what was tried meanwhile
     */
    record Gap(long nanos, String client, String attempts) {
        long ms() {
            return TimeUnit.NANOSECONDS.toMillis(nanos);
        }

        static Gap longer(Gap one, Gap other) {
            return one.nanos >= other.nanos ? one : other;
        }
    }

    Client(String name) {
        this.name = requireNonNull(name, "name");
        this.thread = Executors.newSingleThreadExecutor(task -> new Thread(task, name));
    }

    /** Begins to work. */
    final void start() {
        thread.execute(this::work);
        thread.shutdown();
    }

    private void work() {
        lastSuccessNanos = System.nanoTime();
        try {
            while (!stopping) {
                step();
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e; // told by close, on the test's thread
        }
    }

    /** One request or so; returns when it is answered or given up. */
    abstract void step();

    final boolean stopping() {
        return stopping;
    }

    /** Call when the server did what it was asked for, after these attempts. */
    final void succeeded(String attempts) {
        long now = System.nanoTime();
        longestGap.accumulateAndGet(new Gap(now - lastSuccessNanos, name, attempts), Gap::longer);
        lastSuccessNanos = now;
    }

    final Gap longestGap() {
        return longestGap.get();
    }

    /** A short breath before a refused request goes out again, as a client would take it. */
    static void breathe() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }

    /** Between two requests: nodes that start beside the traffic need the machine, too. */
    static void rest() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(REST_MS));
    }

    /**
     * An error that no repeat can help would be one of ours. While the server of a node starts or stops it answers with
     * a page of its own: nobody is at home.
     */
    static void requireRetriable(Http.Answer answer) {
        if (answer.text().startsWith("{")) {
            requireRetriable(answer.status(), answer.toString());
        }
    }

    /** As above, for what became of one record. */
    static void requireRetriable(JsonNode failedRecord) {
        requireRetriable(failedRecord.path("error_code").asInt() / 100, failedRecord.toString());
    }

    private static void requireRetriable(int status, String what) {
        if (status < 500 && status != 429) {
            throw new AssertionError("refused for good: " + what);
        }
    }

    /** Fails when the client met something that no fault of a server excuses. */
    final void requireWell() {
        Throwable seen = failure;
        if (seen != null) {
            throw new AssertionError("a client failed: " + seen.getMessage(), seen);
        }
    }

    /** Tells it to stop and waits until it has; fails as {@link #requireWell}. */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("a client did not stop in " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        requireWell();
    }
}
