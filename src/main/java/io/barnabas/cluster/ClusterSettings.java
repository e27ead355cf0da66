package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.net.URI;
import java.util.Optional;

/**
 * How a node takes part in the cluster.
 *
 * @param connect ZooKeeper servers, {@code host:port,host:port}
 * @param root the path below which everything is kept, absolute, without a slash at its end
 * @param nodeId this node's number, from 0; unique in the cluster
 * @param nodeUrl where other nodes reach this one
 * @param zone where this node stands, such as a data centre; empty when all stand in one
 * @param logs where the logs of the cluster lie
 * @param instance names this node's data folder: it stays the same over restarts and differs between folders, so that a
 *     node that was killed may take over what its last process left in ZooKeeper, while a second node started by mistake
 *     under the same id may not
 * @param expectedClusterId the cluster this node's data belongs to; empty on the very first start
 * @param secret the secret that all nodes were given; empty when the cluster makes one itself
 * @param sessionTimeoutMs how long ZooKeeper waits for a silent node before it calls it dead
 * @param connectionTimeoutMs how long one attempt to reach ZooKeeper may take
 * @param startWaitMs how long {@link ZooKeeperCluster#start} tries
 * @param changeWaitMs how long creating or changing a topic waits until the change is visible on this node
 * @param moves how partitions move from node to node
 * @param limits how much one cluster takes
 */
public record ClusterSettings(
        String connect,
        String root,
        int nodeId,
        URI nodeUrl,
        String zone,
        LogHome logs,
        String instance,
        Optional<String> expectedClusterId,
        Optional<ClusterSecret> secret,
        int sessionTimeoutMs,
        int connectionTimeoutMs,
        long startWaitMs,
        long changeWaitMs,
        MoveSettings moves,
        ClusterLimits limits) {
    public static final String DEFAULT_ROOT = "/barnabas";
    public static final int DEFAULT_SESSION_TIMEOUT_MS = 10_000;
    public static final int DEFAULT_CONNECTION_TIMEOUT_MS = 5_000;
    public static final long DEFAULT_START_WAIT_MS = 60_000;
    public static final long DEFAULT_CHANGE_WAIT_MS = 15_000;

    public ClusterSettings {
        requireNonNull(nodeUrl, "nodeUrl");
        requireNonNull(instance, "instance");
        requireNonNull(expectedClusterId, "expectedClusterId");
        requireNonNull(secret, "secret");
        requireNonNull(zone, "zone");
        requireNonNull(logs, "logs");
        requireNonNull(moves, "moves");
        requireNonNull(limits, "limits");
        check(!requireNonNull(connect, "connect").isBlank(), "connect must not be empty");
        check(
                requireNonNull(root, "root").matches("(/[A-Za-z0-9._-]+)+"),
                "root must be an absolute path without a slash at its end, got '" + root + "'");
        check(nodeId >= 0, "node id must not be negative, got " + nodeId);
        check(!instance.isBlank(), "instance must not be empty");
        check(sessionTimeoutMs > 0, "session time-out must be positive, got " + sessionTimeoutMs);
        check(connectionTimeoutMs > 0, "connection time-out must be positive, got " + connectionTimeoutMs);
        check(startWaitMs > 0, "start wait must be positive, got " + startWaitMs);
        check(changeWaitMs > 0, "change wait must be positive, got " + changeWaitMs);
    }

    /** The defaults for a node of this id, URL and data folder. */
    public static ClusterSettings of(String connect, int nodeId, URI nodeUrl, String instance) {
        return new ClusterSettings(
                connect,
                DEFAULT_ROOT,
                nodeId,
                nodeUrl,
                "",
                LogHome.NODE,
                instance,
                Optional.empty(),
                Optional.empty(),
                DEFAULT_SESSION_TIMEOUT_MS,
                DEFAULT_CONNECTION_TIMEOUT_MS,
                DEFAULT_START_WAIT_MS,
                DEFAULT_CHANGE_WAIT_MS,
                MoveSettings.DEFAULTS,
                ClusterLimits.DEFAULT);
    }

    /** The same with a secret that all nodes were given. */
    ClusterSettings withSecret(ClusterSecret given) {
        return with(zone, logs, Optional.of(given), moves);
    }

    /** The same for logs that lie elsewhere. */
    ClusterSettings withLogs(LogHome home, MoveSettings how) {
        return with(zone, home, secret, how);
    }

    /** The same in another zone. */
    ClusterSettings withZone(String where) {
        return with(where, logs, secret, moves);
    }

    private ClusterSettings with(String where, LogHome home, Optional<ClusterSecret> given, MoveSettings how) {
        return new ClusterSettings(
                connect,
                root,
                nodeId,
                nodeUrl,
                where,
                home,
                instance,
                expectedClusterId,
                given,
                sessionTimeoutMs,
                connectionTimeoutMs,
                startWaitMs,
                changeWaitMs,
                how,
                limits);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new BarnabasException(ErrorCode.INVALID_CONFIGURATION, "cluster: " + message);
        }
    }
}
