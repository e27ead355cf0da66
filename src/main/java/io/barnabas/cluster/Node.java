package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

import java.net.URI;

/**
 * A live node.
 *
 * @param url where other nodes reach it
 * @param zone where it stands, such as a data centre; empty when nobody said so
 * @param draining whether it is about to leave: it serves, but is given nothing new
 */
public record Node(int id, URI url, String zone, boolean draining) {
    public Node {
        requireNonNull(url, "url");
        requireNonNull(zone, "zone");
    }

    /** A node that stands nowhere in particular and stays. */
    public Node(int id, URI url) {
        this(id, url, "", false);
    }
}
