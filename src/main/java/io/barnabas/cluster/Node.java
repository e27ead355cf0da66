package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

import java.net.URI;

/** A live node and the URL other nodes reach it at. */
public record Node(int id, URI url) {
    public Node {
        requireNonNull(url, "url");
    }
}
