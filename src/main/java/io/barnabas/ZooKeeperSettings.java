package io.barnabas;

/**
 * Which ZooKeeper, and how long it is waited for; each is a setting {@code barnabas.zookeeper.<kebab-name>}.
 *
 * @param connect host:port,host:port of an ensemble; empty: the node starts one of its own, on loopback, with its data
 *     under the data folder
 * @param root the path below which everything is kept
 * @param embeddedPort the port of the node's own ZooKeeper; 0 takes a free one
 * @param sessionTimeoutMs how long ZooKeeper waits for a silent node before it calls it dead
 * @param connectionTimeoutMs how long one attempt to reach ZooKeeper may take
 * @param startWaitMs how long a start waits for ZooKeeper, and then for its partitions
 * @param changeWaitMs how long the change of a topic is waited for until it is visible on this node
 */
record ZooKeeperSettings(
        String connect,
        String root,
        int embeddedPort,
        int sessionTimeoutMs,
        int connectionTimeoutMs,
        long startWaitMs,
        long changeWaitMs) {
    static final ZooKeeperSettings DEFAULTS = new ZooKeeperSettings("", "/barnabas", 0, 10_000, 5_000, 60_000, 15_000);
}
