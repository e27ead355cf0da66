package io.barnabas.operations;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Asks a node for its health again and again, as a kubelet does but more often, and remembers what it answered when. A
 * probe that gets no answer is remembered as status 0. Thread-safe.
 */
final class Probes implements AutoCloseable {
    private static final long PAUSE_MS = 20;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Probe> answers = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** One answer. */
    private record Probe(String check, long sentNanos, int status) {}

    private Probes() {}

    /** Begins to ask; goes on until it is closed. */
    static Probes of(int port) {
        Probes probes = new Probes();
        for (String check : List.of("started", "ready", "live")) {
            Thread thread = new Thread(() -> probes.ask(check, port), "probe of " + check);
            thread.setDaemon(true);
            probes.threads.add(thread);
            thread.start();
        }
        return probes;
    }

    private void ask(String check, int port) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/" + check))
                .timeout(TIMEOUT)
                .build();
        try {
            while (true) {
                long sentNanos = System.nanoTime();
                int status;
                try {
                    status = client.send(request, BodyHandlers.discarding()).statusCode();
                } catch (IOException e) {
                    status = 0;
                }
                answers.add(new Probe(check, sentNanos, status));
                Thread.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    long count(String check, int status) {
        return answers.stream()
                .filter(probe -> probe.check.equals(check) && probe.status == status)
                .count();
    }

    /** When a check first answered so; the end of time when it never did. */
    long first(String check, int status) {
        return answers.stream()
                .filter(probe -> probe.check.equals(check) && probe.status == status)
                .mapToLong(Probe::sentNanos)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /** The answers to what was asked from a time on, in order. */
    List<Integer> after(String check, long nanos) {
        return answers.stream()
                .filter(probe -> probe.check.equals(check) && probe.sentNanos >= nanos)
                .map(Probe::status)
                .toList();
    }

    /** The answers to what was asked before a time, in order. */
    List<Integer> before(String check, long nanos) {
        return answers.stream()
                .filter(probe -> probe.check.equals(check) && probe.sentNanos < nanos)
                .map(Probe::status)
                .toList();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
