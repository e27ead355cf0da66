package io.barnabas.cluster;

/** Where the logs of a cluster lie, which decides whether a partition can move. The same on all nodes, for ever. */
public enum LogHome {
    /** On the disk of the node that owns them: a partition stays with its node, and is offline while that is away. */
    NODE,
    /** Where every node reaches them: any node can own any partition. */
    SHARED
}
