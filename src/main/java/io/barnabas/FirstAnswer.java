package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Waits until the application answers. Its start is over before the server lets requests through to it, and no event
 * of the platform tells when that is: so this asks as a client would. Before that the server itself answers, with 404,
 * 500 and for a moment with 503.
 */
final class FirstAnswer {
    private static final long PAUSE_MS = 50;
    private static final int MAX_TRIES = 1200;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final HttpRequest request;
    private final Predicate<HttpResponse<?>> enough;

    private FirstAnswer(URI probe, Predicate<HttpResponse<?>> enough) {
        this.request =
                HttpRequest.newBuilder(probe).timeout(REQUEST_TIMEOUT).GET().build();
        this.enough = requireNonNull(enough, "enough");
    }

    /** Completes with the first answer of an application that serves, or after a minute without one. */
    static CompletableFuture<Void> from(URI probe) {
        return new FirstAnswer(probe, FirstAnswer::fromApplication).ask(MAX_TRIES);
    }

    /** Completes when a request has come as far as the application, be it refused there, or after a minute. */
    static CompletableFuture<Void> reaching(URI probe, BooleanSupplier reached) {
        return reaching(probe, reached, MAX_TRIES);
    }

    /** As {@link #reaching(URI, BooleanSupplier)}, or after so many requests. */
    static CompletableFuture<Void> reaching(URI probe, BooleanSupplier reached, int maxTries) {
        return new FirstAnswer(probe, answer -> reached.getAsBoolean()).ask(maxTries);
    }

    private CompletableFuture<Void> ask(int triesLeft) {
        return client.sendAsync(request, BodyHandlers.discarding())
                .handle((answer, failure) -> (failure == null && enough.test(answer)) || triesLeft <= 1)
                .thenCompose(done -> done ? CompletableFuture.completedFuture(null) : askLater(triesLeft - 1));
    }

    private CompletableFuture<Void> askLater(int triesLeft) {
        return CompletableFuture.supplyAsync(
                        () -> triesLeft, CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS))
                .thenCompose(this::ask);
    }

    private static boolean fromApplication(HttpResponse<?> answer) {
        return answer.statusCode() < 500 && answer.statusCode() != 404;
    }
}
