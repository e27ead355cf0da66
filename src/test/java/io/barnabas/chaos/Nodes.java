package io.barnabas.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.testing.Http;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Where clients find a cluster: any node may be asked for anything. Thread-safe. */
public final class Nodes {
    /** How long a client waits for an answer: a paused node gives none. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<Http> nodes;
    private final AtomicInteger turn = new AtomicInteger();

    public Nodes(List<URI> urls) {
        nodes = urls.stream().map(Http::new).toList();
    }

    /** The next node in turn, whether it lives or not. */
    public Http next() {
        return nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
    }

    /** Posts to the next node in turn; fails with {@link CompletionException} when it does not answer in time. */
    Http.Answer post(String path, String contentType, String body) {
        Http node = next();
        return node.sendAsync(node.request(path)
                        .timeout(PATIENCE)
                        .header("Content-Type", contentType)
                        .POST(BodyPublishers.ofString(body, UTF_8)))
                .join();
    }

    /** The node of this number; numbers go round. */
    Http turn(int number) {
        return nodes.get(Math.floorMod(number, nodes.size()));
    }

    public Http node(int index) {
        return nodes.get(index);
    }
}
