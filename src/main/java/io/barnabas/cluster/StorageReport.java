package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

/**
 * What a node tells the others of the shared storage.
 *
 * @param proof the newest change of the cluster, as {@link Cluster.Listener#proofWanted} named it, after which this node
 *     has tried whether it can store, and could
 */
public record StorageReport(StorageState state, long proof) {
    /** Of a node that has never had reason to look. */
    public static final StorageReport UNTRIED = new StorageReport(StorageState.ABLE, 0);

    public StorageReport {
        requireNonNull(state, "state");
    }
}
