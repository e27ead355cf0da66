package io.barnabas.cluster;

import io.barnabas.cluster.Documents.NodeDocument;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts this node's ephemeral document into ZooKeeper, and makes the folders and the cluster's id when it is the first.
 * Blocks on ZooKeeper; confined to the work thread.
 *
 * <p>A registration left by an earlier session of the same data folder is removed at once (the folder's lock proves
 * that its process is gone); one of another folder is respected until ZooKeeper ends it.
 */
final class Registration {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

    private final CuratorFramework client;
    private final ZkPaths paths;
    private final Documents documents;
    private final ClusterSettings settings;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final Runnable freed;
    private final SecretKeeper secrets;

    /** Names this run of the process, so that nobody takes the next one for it. */
    private final String run;

    private Optional<String> knownClusterId;

    /** The session under which this node registered last; whoever sits there instead in that session came later. */
    private long seatedSession;

    private boolean draining;
    private StorageReport storage = StorageReport.UNTRIED;

    /** @param freed called on Curator's thread when a node id that was taken may be free */
    Registration(
            CuratorFramework client,
            ZkPaths paths,
            Documents documents,
            ClusterSettings settings,
            Clock clock,
            Supplier<UUID> ids,
            Runnable freed) {
        this.client = client;
        this.paths = paths;
        this.documents = documents;
        this.settings = settings;
        this.clock = clock;
        this.ids = ids;
        this.freed = freed;
        this.run = ids.get().toString();
        this.secrets = new SecretKeeper(client, paths, documents, settings.secret());
        this.knownClusterId = settings.expectedClusterId();
    }

    /** The node's place in the cluster: the cluster's id and secret, and the session that keeps the node there. */
    record Seat(String clusterId, ClusterSecret secret, long session) {}

    /**
     * Registers, or finds that the present session is registered.
     *
     * @throws BarnabasException {@code ILLEGAL_STATE} when another node lives under this id ({@code freed} is called
     *     later), {@code INVALID_CONFIGURATION} when this is not the cluster the data belongs to, {@code CORRUPT_DATA},
     *     {@code ZOOKEEPER_UNAVAILABLE}
     */
    Seat register() {
        try {
            String clusterId = clusterId();
            for (String folder : paths.folders()) {
                ensure(folder, new byte[0]);
            }
            ensure(paths.controllerEpoch(), documents.controller(0, -1));
            ClusterSecret secret = secrets.secret();
            long session = session();
            takeSeat(session);
            knownClusterId = Optional.of(clusterId);
            return new Seat(clusterId, secret, session);
        } catch (Exception e) {
            throw ZooKeeperErrors.of("registering node " + settings.nodeId(), e);
        }
    }

    private String clusterId() throws Exception {
        boolean there = client.checkExists().forPath(paths.cluster()) != null;
        if (!there && knownClusterId.isPresent()) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "ZooKeeper at " + settings.connect() + " knows no cluster under " + settings.root()
                            + ", but this node's data belongs to cluster " + knownClusterId.get());
        }
        if (!there) {
            ensure(paths.cluster(), documents.cluster(ids.get().toString(), settings.logs()));
        }
        byte[] cluster = client.getData().forPath(paths.cluster());
        String found = documents.clusterId(paths.cluster(), cluster);
        if (knownClusterId.isPresent() && !knownClusterId.get().equals(found)) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "ZooKeeper at " + settings.connect() + " holds cluster " + found
                            + ", but this node's data belongs to cluster " + knownClusterId.get());
        }
        requireSameLogs(documents.logHome(paths.cluster(), cluster));
        return found;
    }

    /** A node that looked for logs elsewhere would find none, and serve partitions as if they were empty. */
    private void requireSameLogs(LogHome found) {
        if (found != settings.logs()) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    switch (found) {
                        case NODE ->
                            "this cluster keeps its logs on its nodes: start this one with barnabas.engine=local";
                        case SHARED ->
                            "this cluster keeps its logs in BookKeeper: start this node with "
                                    + "barnabas.engine=bookkeeper";
                    });
        }
    }

    private void ensure(String path, byte[] initial) throws Exception {
        if (client.checkExists().forPath(path) != null) {
            return;
        }
        try {
            client.create().creatingParentsIfNeeded().forPath(path, initial);
        } catch (KeeperException.NodeExistsException e) {
            LOG.debug("another node was first path={}", path);
        }
    }

    private long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    private void takeSeat(long session) throws Exception {
        String path = paths.node(settings.nodeId());
        Stat stat = client.checkExists().forPath(path);
        if (stat != null && stat.getEphemeralOwner() == session) {
            return;
        }
        if (stat != null && seatedSession == session) {
            watch(path);
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE,
                    "node " + settings.nodeId() + " was replaced by a later process of the same data folder");
        }
        if (stat != null) {
            NodeDocument occupant = documents.node(path, client.getData().forPath(path));
            if (!occupant.instance().equals(settings.instance())) {
                watch(path);
                throw new BarnabasException(
                        ErrorCode.ILLEGAL_STATE,
                        "node id " + settings.nodeId() + " is taken by a live node at " + occupant.url()
                                + "; give each node its own id");
            }
            LOG.info("removing what an earlier process of this node left node={}", settings.nodeId());
            client.delete().withVersion(stat.getVersion()).forPath(path);
            removeCandidacies(stat.getEphemeralOwner());
        }
        client.create().withMode(CreateMode.EPHEMERAL).forPath(path, document());
        seatedSession = session;
    }

    /** From now on every registration says that this node is about to leave; so does the present one, if there is one. */
    void drain() {
        draining = true;
        rewrite("saying that node " + settings.nodeId() + " leaves");
    }

    /** From now on every registration says this of the shared storage; so does the present one, if there is one. */
    void report(StorageReport report) {
        storage = report;
        rewrite("saying what node " + settings.nodeId() + " can store");
    }

    private void rewrite(String why) {
        String path = paths.node(settings.nodeId());
        try {
            Stat stat = client.checkExists().forPath(path);
            if (stat != null && stat.getEphemeralOwner() == seatedSession) {
                client.setData().withVersion(stat.getVersion()).forPath(path, document());
            }
        } catch (Exception e) {
            throw ZooKeeperErrors.of(why, e);
        }
    }

    private byte[] document() {
        return documents.node(
                new NodeDocument(settings.nodeUrl(), settings.instance(), settings.zone(), draining, run, storage),
                clock.millis());
    }

    /** Only while the id is another's: a node must not react to its own registration. */
    private void watch(String path) throws Exception {
        CuratorWatcher watcher = event -> freed.run();
        if (client.checkExists().usingWatcher(watcher).forPath(path) == null) {
            freed.run();
        }
    }

    /** Without this a node that was killed while leading would wait for its own old session to end. */
    private void removeCandidacies(long deadSession) throws Exception {
        for (String child : client.getChildren().forPath(paths.controller())) {
            String path = paths.controller() + "/" + child;
            Stat stat = client.checkExists().forPath(path);
            if (stat != null && stat.getEphemeralOwner() == deadSession) {
                LOG.debug("removing candidacy path={}", path);
                client.delete().quietly().forPath(path);
            }
        }
    }
}
