package io.barnabas.figures;

import io.barnabas.testing.Http;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Writes one record after the other, with {@code acks=all}, to the partitions in turn, through one node, and keeps how
 * long each took. What fails counts, and is not sent again.
 */
final class Probe implements AutoCloseable {
    private final Http node;
    private final int partitions;
    private final Thread thread;

    /** Guarded by itself. */
    private final List<Long> tookMs = new ArrayList<>();

    /** Guarded by the list. */
    private long failures;

    private volatile boolean stopped;

    private Probe(URI node, int partitions) {
        this.node = new Http(node);
        this.partitions = partitions;
        this.thread = new Thread(this::run, "probe");
        thread.start();
    }

    static Probe start(URI node, int partitions) {
        return new Probe(node, partitions);
    }

    /** What happened since the last time this was asked, of at least one record that began after it. */
    record Seen(int records, long failures, long medianMs, long p99Ms, long maxMs) {}

    Seen takeSeen() {
        synchronized (tookMs) {
            List<Long> sorted = tookMs.stream().sorted().toList();
            Seen seen = sorted.isEmpty()
                    ? new Seen(0, failures, 0, 0, 0)
                    : new Seen(
                            sorted.size(),
                            failures,
                            sorted.get(sorted.size() / 2),
                            sorted.get((int) (sorted.size() * 0.99)),
                            sorted.get(sorted.size() - 1));
            tookMs.clear();
            failures = 0;
            return seen;
        }
    }

    private void run() {
        for (int turn = 0; !stopped; turn++) {
            long start = System.nanoTime();
            boolean done = write(node, turn % partitions);
            synchronized (tookMs) {
                tookMs.add(Figures.sinceMs(start));
                failures += done ? 0 : 1;
            }
        }
    }

    /** Whether it was acknowledged. */
    static boolean write(Http node, int partition) {
        try {
            return node.postAsync(
                                    "topics/" + Figures.TOPIC + "/partitions/" + partition + "?acks=all",
                                    Http.TEXT,
                                    "{\"records\":[{\"value\":\"x\"}]}")
                            .orTimeout(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS)
                            .join()
                            .status()
                    == 200;
        } catch (CompletionException gone) {
            return false;
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
