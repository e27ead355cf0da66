package io.barnabas.chaos;

import static java.util.Objects.requireNonNull;

import io.barnabas.testing.Http;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;

/** How one client asks a cluster: one node after the other, as {@link Rounds} says. Confined to the client's thread. */
final class Route {
    private final Nodes nodes;
    private final Rounds rounds;

    Route(Nodes nodes, Rounds rounds) {
        this.nodes = requireNonNull(nodes, "nodes");
        this.rounds = requireNonNull(rounds, "rounds");
    }

    /** Posts to the next node; fails with {@link CompletionException} when it does not answer in time. */
    Http.Answer post(String path, String contentType, String body) {
        int node = rounds.next();
        try {
            Http.Answer answer = nodes.post(node, path, contentType, body);
            rounds.answered(node);
            return answer;
        } catch (CompletionException e) {
            if (e.getCause() instanceof HttpTimeoutException) {
                rounds.silent(node); // one that is gone says so at once, and may be asked as soon as it is back
            }
            throw e;
        }
    }
}
