package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

import java.net.URI;

/**
 * A live node.
 *
 * @param url where other nodes reach it
 * @param zone where it stands, such as a data centre; empty when nobody said so
 * @param draining whether it is about to leave: it serves, but is given nothing new
 * @param run names the run of its process: another one after every restart, the same when it lost its session and
 *     registered again; empty when its release does not say it
 * @param storage what it says of the storage that all nodes share
 */
public record Node(int id, URI url, String zone, boolean draining, String run, StorageState storage) {
    public Node {
        requireNonNull(url, "url");
        requireNonNull(zone, "zone");
        requireNonNull(run, "run");
        requireNonNull(storage, "storage");
    }

    /** A node that stores. */
    public Node(int id, URI url, String zone, boolean draining, String run) {
        this(id, url, zone, draining, run, StorageState.ABLE);
    }

    /** A node that stands nowhere in particular and stays. */
    public Node(int id, URI url) {
        this(id, url, "", false, "");
    }
}
