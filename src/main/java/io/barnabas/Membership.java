package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.ClusterSettings;
import io.barnabas.cluster.EmbeddedZooKeeper;
import io.barnabas.cluster.LogHome;
import io.barnabas.log.DataDirectory;
import java.net.URI;
import java.util.UUID;

/**
 * As what a node joins its cluster, and the ZooKeeper that it meets the others in: that of the settings, or one of its
 * own, which runs between {@link #startZooKeeper} and {@link #stopZooKeeper}. Called where the {@link Node} is started
 * and stopped.
 */
final class Membership {
    private final BarnabasSettings settings;
    private final URI url;

    /** Null unless this node runs one. The parts of a node start and stop one at a time. */
    private EmbeddedZooKeeper zooKeeper;

    /** @param url where other nodes reach this one */
    Membership(BarnabasSettings settings, URI url) {
        this.settings = requireNonNull(settings, "settings");
        this.url = requireNonNull(url, "url");
    }

    void startZooKeeper() {
        if (settings.zookeeper().connect().isEmpty()) {
            zooKeeper = new EmbeddedZooKeeper(
                    settings.dataDir().resolve("zookeeper"),
                    settings.zookeeper().embeddedPort(),
                    EmbeddedZooKeeper.DEFAULT_TICK_MS);
            zooKeeper.start();
        }
    }

    void stopZooKeeper() {
        if (zooKeeper != null) {
            zooKeeper.close();
        }
    }

    /** What the cluster is to know; there must be a ZooKeeper. */
    ClusterSettings of(DataDirectory folder) {
        String connect = zooKeeper == null ? settings.zookeeper().connect() : zooKeeper.connectString();
        return new ClusterSettings(
                connect,
                settings.zookeeper().root(),
                settings.nodeId(),
                url,
                settings.nodeZone(),
                logHome(),
                folder.instance(UUID::randomUUID),
                folder.meta().map(DataDirectory.Meta::clusterId),
                settings.clusterSecret(),
                settings.zookeeper().sessionTimeoutMs(),
                settings.zookeeper().connectionTimeoutMs(),
                settings.zookeeper().startWaitMs(),
                settings.zookeeper().changeWaitMs(),
                settings.moves(),
                settings.limits());
    }

    private LogHome logHome() {
        return switch (settings.engine()) {
            case LOCAL -> LogHome.NODE;
            case BOOKKEEPER -> LogHome.SHARED;
        };
    }
}
