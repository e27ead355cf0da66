package io.barnabas.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.testing.Http;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Where clients find a cluster: any node may be asked for anything. Thread-safe. */
public final class Nodes {
    /** How long a client waits for an answer: a paused node gives none. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<Http> nodes;
    private final AtomicInteger turn = new AtomicInteger();

    /** Requests of routes that a node has not answered yet, by node. */
    private final AtomicIntegerArray underWay;

    public Nodes(List<URI> urls) {
        nodes = urls.stream().map(Http::new).toList();
        underWay = new AtomicIntegerArray(nodes.size());
    }

    /** A way through the nodes for one client; all clients share the turn. */
    Route route() {
        return new Route(this, new Rounds(nodes.size(), turn::getAndIncrement, System::nanoTime));
    }

    /** Posts to this node; fails with {@link CompletionException} when it does not answer in time. */
    Http.Answer post(int index, String path, String contentType, String body) {
        Http node = nodes.get(index);
        underWay.incrementAndGet(index);
        try {
            return node.sendAsync(node.request(path)
                            .timeout(PATIENCE)
                            .header("Content-Type", contentType)
                            .POST(BodyPublishers.ofString(body, UTF_8)))
                    .join();
        } finally {
            underWay.decrementAndGet(index);
        }
    }

    /** How many clients wait for an answer of this node. */
    int underWay(int index) {
        return underWay.get(index);
    }

    /** The node of this number; numbers go round. */
    Http turn(int number) {
        return nodes.get(Math.floorMod(number, nodes.size()));
    }

    public Http node(int index) {
        return nodes.get(index);
    }
}
