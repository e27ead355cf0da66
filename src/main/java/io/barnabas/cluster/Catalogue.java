package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes topic documents in ZooKeeper, every change by compare and set. Blocks on ZooKeeper; confined to the
 * work thread.
 */
final class Catalogue {
    private static final Logger LOG = LoggerFactory.getLogger(Catalogue.class);
    private static final int ATTEMPTS = 16;

    private final CuratorFramework client;
    private final ZkPaths paths;
    private final Documents documents;
    private final ClusterLimits limits;
    private final Consumer<Map<String, String>> configCheck;
    private final Supplier<UUID> ids;

    /** @param configCheck throws {@code INVALID_FIELD} for a configuration the log cannot have */
    Catalogue(
            CuratorFramework client,
            ZkPaths paths,
            Documents documents,
            ClusterLimits limits,
            Consumer<Map<String, String>> configCheck,
            Supplier<UUID> ids) {
        this.client = client;
        this.paths = paths;
        this.documents = documents;
        this.limits = limits;
        this.configCheck = configCheck;
        this.ids = ids;
    }

    /** {@code TOPIC_EXISTS} when the name is taken; the limits are checked against {@code view}. */
    Versioned<Topic> create(String name, int partitionCount, Map<String, String> config, ClusterView view)
            throws Exception {
        if (view.topics().containsKey(name)) {
            throw exists(name);
        }
        checkCounts(view, 1, partitionCount, partitionCount);
        Topic topic = new Topic(name, ids.get(), partitionCount, checked(config));
        try {
            client.create().forPath(paths.topic(name), documents.topic(topic));
            return new Versioned<>(topic, 0);
        } catch (KeeperException.NodeExistsException e) {
            throw exists(name);
        }
    }

    /** The topic as it is now, or made so. */
    Versioned<Topic> ensure(String name, int partitionCount, Map<String, String> config, ClusterView view)
            throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (client.checkExists().forPath(paths.topic(name)) != null) {
                try {
                    return read(name);
                } catch (BarnabasException e) {
                    if (e.code() != ErrorCode.UNKNOWN_TOPIC) {
                        throw e;
                    }
                }
            }
            try {
                return create(name, partitionCount, config, view);
            } catch (BarnabasException e) {
                if (e.code() != ErrorCode.TOPIC_EXISTS) {
                    throw e;
                }
            }
        }
        throw contended(name);
    }

    Versioned<Topic> addPartitions(String name, int partitionCount, ClusterView view) throws Exception {
        return change(name, topic -> {
            int added = partitionCount - topic.partitionCount();
            if (added < 0) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD,
                        "topic '" + name + "' has " + topic.partitionCount() + " partitions, it cannot shrink to "
                                + partitionCount);
            }
            checkCounts(view, 0, added, partitionCount);
            return new Topic(name, topic.id(), partitionCount, topic.config());
        });
    }

    Versioned<Topic> changeConfig(String name, Map<String, String> changes) throws Exception {
        return change(name, topic -> {
            Map<String, String> config = new HashMap<>(topic.config());
            changes.forEach((key, value) -> {
                if (value == null) {
                    config.remove(key);
                } else {
                    config.put(key, value);
                }
            });
            return new Topic(name, topic.id(), topic.partitionCount(), checked(config));
        });
    }

    /** In one step the name is free and the topic's remains are noted, so that a crash here loses neither. */
    Topic delete(String name) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Versioned<Topic> topic = read(name);
            try {
                client.transaction()
                        .forOperations(List.of(
                                client.transactionOp()
                                        .delete()
                                        .withVersion(topic.version())
                                        .forPath(paths.topic(name)),
                                client.transactionOp()
                                        .create()
                                        .forPath(
                                                paths.deletion(topic.value().id()),
                                                documents.deletion(topic.value()))));
                return topic.value();
            } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
                LOG.debug("changed meanwhile, reading again topic={}", name);
            }
        }
        throw contended(name);
    }

    /** Whether ZooKeeper itself, not only this node's copy of it, has no such topic any more, in this same cluster. */
    boolean gone(Topic topic, String clusterId) throws Exception {
        String found = documents.clusterId(paths.cluster(), client.getData().forPath(paths.cluster()));
        if (!found.equals(clusterId)) {
            return false;
        }
        try {
            return !read(topic.name()).value().id().equals(topic.id());
        } catch (BarnabasException e) {
            if (e.code() == ErrorCode.UNKNOWN_TOPIC) {
                return true;
            }
            throw e;
        }
    }

    private Versioned<Topic> change(String name, UnaryOperator<Topic> step) throws Exception {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Versioned<Topic> before = read(name);
            Topic after = step.apply(before.value());
            if (after.equals(before.value())) {
                return before;
            }
            try {
                Stat stat = client.setData()
                        .withVersion(before.version())
                        .forPath(paths.topic(name), documents.topic(after));
                return new Versioned<>(after, stat.getVersion());
            } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
                LOG.debug("changed meanwhile, deciding anew topic={}", name);
            }
        }
        throw contended(name);
    }

    private Versioned<Topic> read(String name) throws Exception {
        Stat stat = new Stat();
        try {
            byte[] bytes = client.getData().storingStatIn(stat).forPath(paths.topic(name));
            return new Versioned<>(documents.topic(paths.topic(name), bytes), stat.getVersion());
        } catch (KeeperException.NoNodeException e) {
            throw new BarnabasException(ErrorCode.UNKNOWN_TOPIC, "topic '" + name + "' does not exist");
        }
    }

    private Map<String, String> checked(Map<String, String> config) {
        configCheck.accept(config);
        return config;
    }

    private void checkCounts(ClusterView view, int newTopics, int newPartitions, int partitionCount) {
        if (partitionCount < 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD, "partition count must be at least 1, got " + partitionCount);
        }
        atMost("partitions in a topic", partitionCount, limits.partitionsPerTopic());
        atMost("topics", view.topics().size() + (long) newTopics, limits.topics());
        long partitions =
                view.topics().values().stream().mapToLong(Topic::partitionCount).sum();
        atMost("partitions in all", partitions + newPartitions, limits.partitions());
    }

    private static void atMost(String what, long asked, int limit) {
        if (asked > limit) {
            throw new BarnabasException(
                    ErrorCode.TOO_MANY, what + ": " + asked + " would be over the limit of " + limit);
        }
    }

    private static BarnabasException exists(String name) {
        return new BarnabasException(ErrorCode.TOPIC_EXISTS, "topic '" + name + "' exists already");
    }

    private static BarnabasException contended(String name) {
        return new BarnabasException(
                ErrorCode.TOO_MANY, "topic '" + name + "' is being changed by many at the same time");
    }
}
