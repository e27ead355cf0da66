package io.barnabas.operations;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Asks a node for its health again and again, as a kubelet does but more often, and remembers what it answered when. A
 * probe that gets no answer is remembered as status 0. Thread-safe.
 */
final class Probes implements AutoCloseable {
    private static final List<String> CHECKS = List.of("started", "ready", "live");
    private static final long PAUSE_MS = 10;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Probe> answers = new CopyOnWriteArrayList<>();
    private final List<Future<?>> asking = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(CHECKS.size());

    /** One answer. */
    private record Probe(String check, long sentNanos, long answeredNanos, int status) {}

    private Probes() {}

    /** Begins to ask; goes on until it is closed. */
    static Probes of(int port) {
        Probes probes = new Probes();
        for (String check : CHECKS) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/" + check))
                    .timeout(TIMEOUT)
                    .build();
            probes.asking.add(probes.timer.scheduleWithFixedDelay(
                    () -> probes.ask(check, request), 0, PAUSE_MS, TimeUnit.MILLISECONDS));
        }
        return probes;
    }

    private void ask(String check, HttpRequest request) {
        long sentNanos = System.nanoTime();
        int status;
        try {
            status = client.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            status = 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
            return;
        }
        answers.add(new Probe(check, sentNanos, System.nanoTime(), status));
    }

    /** Every status that was answered, to whichever check. */
    Set<Integer> statuses() {
        return answers.stream().map(Probe::status).collect(Collectors.toSet());
    }

    long count(String check, int status) {
        return answers.stream()
                .filter(probe -> probe.check.equals(check) && probe.status == status)
                .count();
    }

    /** Waits until it has been asked and has answered so once more. */
    void awaitAnother(String check, int status) {
        long before = count(check, status);
        await().atMost(Duration.ofSeconds(30)).until(() -> count(check, status) > before + 1);
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

    /** The answers to what was asked from one time on and answered before another, in order. */
    List<Integer> between(String check, long fromNanos, long toNanos) {
        return answers.stream()
                .filter(probe ->
                        probe.check.equals(check) && probe.sentNanos >= fromNanos && probe.answeredNanos < toNanos)
                .map(Probe::status)
                .toList();
    }

    @Override
    public void close() {
        asking.forEach(one -> one.cancel(true));
        timer.shutdownNow();
    }
}
