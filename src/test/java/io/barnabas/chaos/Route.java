package io.barnabas.chaos;

import static java.util.Objects.requireNonNull;

import io.barnabas.testing.Http;
import java.net.http.HttpTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** How one client asks a cluster: one node after the other, as {@link Rounds} says. Confined to the client's thread. */
final class Route {
    /** The newest attempts that are remembered. */
    private static final int MAX_ATTEMPTS = 40;

    private final Nodes nodes;
    private final Rounds rounds;
    private final Deque<String> attempts = new ArrayDeque<>();

    Route(Nodes nodes, Rounds rounds) {
        this.nodes = requireNonNull(nodes, "nodes");
        this.rounds = requireNonNull(rounds, "rounds");
    }

    /** Posts to the next node; fails with {@link CompletionException} when it does not answer in time. */
    Http.Answer post(String path, String contentType, String body) {
        int node = rounds.next();
        long begun = System.nanoTime();
        try {
            Http.Answer answer = nodes.post(node, path, contentType, body);
            rounds.answered(node);
            remember(node, begun, Integer.toString(answer.status()));
            return answer;
        } catch (CompletionException e) {
            boolean late = e.getCause() instanceof HttpTimeoutException;
            if (late) {
                rounds.silent(node); // one that is gone says so at once, and may be asked as soon as it is back
            }
            remember(node, begun, late ? "no answer" : "not reached");
            throw e;
        }
    }

    private void remember(int node, long begunNanos, String outcome) {
        if (attempts.size() == MAX_ATTEMPTS) {
            attempts.removeFirst();
        }
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        attempts.addLast("node " + node + " " + outcome + " " + tookMs + " ms");
    }

    /** Whom it asked since this was asked last, and what came of it; for a message. */
    String takeAttempts() {
        String told = String.join(", ", attempts);
        attempts.clear();
        return told;
    }
}
