package io.barnabas.load;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The nodes of one cluster, any of which takes any request. Thread-safe. */
final class BarnabasNodes {
    private final List<BarnabasUrl> urls;

    /** Lanes of several threads take nodes in turn. */
    private final AtomicInteger taken = new AtomicInteger();

    BarnabasNodes(List<BarnabasUrl> urls) {
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("a cluster has at least one node");
        }
        this.urls = List.copyOf(urls);
    }

    static BarnabasNodes one(BarnabasUrl url) {
        return new BarnabasNodes(List.of(url));
    }

    /** For what is asked of one node only. */
    BarnabasUrl first() {
        return urls.get(0);
    }

    /** The node for another producer or consumer: each in turn. */
    BarnabasUrl next() {
        return urls.get(Math.floorMod(taken.getAndIncrement(), urls.size()));
    }

    /** The ports of nodes on this machine. */
    List<Integer> localPorts() {
        return urls.stream()
                .filter(url -> url.address().getAddress().isLoopbackAddress())
                .map(BarnabasUrl::port)
                .toList();
    }
}
