package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions this node owns, each with its open log. Follows the cluster's ownership events: opens what is owned,
 * closes what is not, deletes what is gone, loads the group coordinator with the journal's partitions.
 *
 * <p>Thread-safe: events come one at a time from the cluster's event thread and from finished opens; lookups from
 * anywhere.
 */
public final class Partitions implements Cluster.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

    private final Cluster cluster;
    private final LogEngine engine;
    private final GroupCoordinator groups;
    private final int openTimeoutMs;
    private final Map<TopicPartition, Hosted> hosted = new ConcurrentHashMap<>();

    /** Completed when a partition leaves {@link Hosted.Opening}; so that a creation can wait for its logs. */
    private final Map<TopicPartition, CompletableFuture<Void>> opened = new ConcurrentHashMap<>();

    /** Touched by the cluster's event thread alone: tells which topics changed between two views. */
    private SortedMap<String, Topic> lastTopics = new TreeMap<>();

    /** Set by the lifecycle, read by every produce: a draining node takes no new records. */
    private volatile boolean draining;

    public Partitions(Cluster cluster, LogEngine engine, GroupCoordinator groups, BrokerSettings settings) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.engine = requireNonNull(engine, "engine");
        this.groups = requireNonNull(groups, "groups");
        this.openTimeoutMs = settings.openTimeoutMs();
    }

    /** From now on produce answers {@code DRAINING}; reading goes on. */
    public void drain() {
        draining = true;
    }

    public boolean draining() {
        return draining;
    }

    /**
     * The log of a partition, for reading.
     *
     * @throws BarnabasException {@code UNKNOWN_TOPIC}, {@code UNKNOWN_PARTITION}, {@code NOT_OWNER}, {@code
     *     PARTITION_OFFLINE}
     */
    public PartitionLog log(TopicPartition partition) {
        Hosted state = hosted.get(partition);
        if (state instanceof Hosted.Serving serving) {
            return serving.log();
        }
        if (state instanceof Hosted.Reading reading) {
            return reading.log();
        }
        cluster.view().topicWith(partition);
        if (state instanceof Hosted.Failed failed) {
            throw new BarnabasException(
                    ErrorCode.PARTITION_OFFLINE,
                    "partition " + partition + " is offline: "
                            + failed.failure().getMessage());
        }
        if (state instanceof Hosted.Opening) {
            throw new BarnabasException(
                    ErrorCode.PARTITION_OFFLINE, "partition " + partition + " is being opened, try again");
        }
        throw notServed(partition);
    }

    private BarnabasException notServed(TopicPartition partition) {
        ClusterView view = cluster.view();
        return view.owner(partition)
                .map(owner -> new BarnabasException(
                        ErrorCode.NOT_OWNER, "partition " + partition + " is served by node " + owner.nodeId()))
                .orElseGet(() -> view.unserved(partition));
    }

    /**
     * The log of a partition, for appending: as {@link #log}, and only while this node may write.
     *
     * @throws BarnabasException also {@code ZOOKEEPER_UNAVAILABLE} and {@code DRAINING}
     */
    public PartitionLog writableLog(TopicPartition partition) {
        requireWritable();
        if (hosted.get(partition) instanceof Hosted.Reading) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, "partition " + partition + " is being claimed anew by this node, try again");
        }
        return log(partition);
    }

    /** Fails with a retriable error while this node must not write. */
    public void requireWritable() {
        if (draining) {
            throw new BarnabasException(ErrorCode.DRAINING, "this node is shutting down, send to another one");
        }
        Cluster.Session session = cluster.session();
        if (session != Cluster.Session.CONNECTED) {
            throw new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE,
                    "this node has no connection to ZooKeeper (" + session + "), nothing is written until it is back");
        }
    }

    /** Completes when every partition of the topic that this node is to own is open, or has failed to open. */
    public CompletableFuture<Void> allOpened(Topic topic) {
        List<CompletableFuture<?>> waits = new ArrayList<>();
        ClusterView view = cluster.view();
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            TopicPartition key = new TopicPartition(topic.name(), partition);
            if (view.wanted().getOrDefault(key, view.thisNodeId()) == view.thisNodeId()) {
                waits.add(openedFuture(key));
            }
        }
        return CompletableFuture.allOf(waits.toArray(CompletableFuture[]::new)).orTimeout(openTimeoutMs, TimeUnit.MILLISECONDS);
    }

    /** The logs that are served now. */
    public Map<TopicPartition, PartitionLog> logs() {
        Map<TopicPartition, PartitionLog> logs = new TreeMap<>();
        hosted.forEach((partition, state) -> {
            if (state instanceof Hosted.Serving serving) {
                logs.put(partition, serving.log());
            }
        });
        return logs;
    }

    /** How many partitions this node owns, has open, and failed to open. */
    public Counts counts() {
        int open = 0;
        List<String> failed = new ArrayList<>();
        for (Map.Entry<TopicPartition, Hosted> entry : hosted.entrySet()) {
            if (entry.getValue() instanceof Hosted.Serving) {
                open++;
            } else if (entry.getValue() instanceof Hosted.Failed) {
                failed.add(entry.getKey().toString());
            }
        }
        return new Counts(hosted.size(), open, List.copyOf(failed));
    }

    /**
     * A snapshot for health and metrics.
     *
     * @param failed names of partitions that could not be opened
     */
    public record Counts(int owned, int open, List<String> failed) {}

    @Override
    public void owned(Topic topic, int partition, int epoch) {
        TopicPartition key = new TopicPartition(topic.name(), partition);
        Hosted.Opening opening = new Hosted.Opening(epoch);
        hosted.put(key, opening);
        LogConfig config;
        try {
            config = LogConfig.of(topic.config());
        } catch (BarnabasException e) {
            failed(key, opening, e);
            return;
        }
        engine.open(new LogId(topic.id(), key), epoch, config).whenComplete((log, failure) -> {
            if (failure != null) {
                failed(key, opening, BarnabasException.of(failure));
            } else {
                serving(key, opening, log);
            }
        });
    }

    private void serving(TopicPartition key, Hosted.Opening opening, PartitionLog log) {
        if (!hosted.replace(key, opening, opening.toServing(log))) {
            log.close();
            return;
        }
        LOG.debug("partition open topic={} partition={} epoch={}", key.topic(), key.partition(), opening.epoch());
        if (key.topic().equals(GroupCoordinator.JOURNAL_TOPIC)) {
            loadGroups(key, log);
        } else {
            openedFuture(key).complete(null);
        }
    }

    private void loadGroups(TopicPartition key, PartitionLog journal) {
        groups.load(key.partition(), journal).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.error("groups could not be loaded partition={}", key, failure);
            }
            openedFuture(key).complete(null);
        });
    }

    private void failed(TopicPartition key, Hosted.Opening opening, BarnabasException failure) {
        if (hosted.replace(key, opening, opening.toFailed(failure))) {
            LOG.error("partition is offline topic={} partition={}", key.topic(), key.partition(), failure);
            openedFuture(key).complete(null);
        }
    }

    /**
     * When it is the session that was lost, the log stays open for reading: what is below its high watermark stays true
     * whoever appends next, and nobody else may be there who could be asked.
     */
    @Override
    public void disowned(Topic topic, int partition) {
        TopicPartition key = new TopicPartition(topic.name(), partition);
        if (cluster.session() == Cluster.Session.LOST
                && hosted.get(key) instanceof Hosted.Serving serving
                && hosted.replace(key, serving, serving.toReading())) {
            opened.remove(key);
            unloadGroups(key);
            return;
        }
        closed(key);
    }

    @Override
    public CompletionStage<Void> handOver(Topic topic, int partition) {
        return closed(new TopicPartition(topic.name(), partition));
    }

    private CompletionStage<Void> closed(TopicPartition key) {
        Hosted before = hosted.remove(key);
        opened.remove(key);
        unloadGroups(key);
        Optional<PartitionLog> log = before == null ? Optional.empty() : before.openLog();
        if (log.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return log.get().close().exceptionally(failure -> {
            LOG.warn("log could not be closed partition={}", key, failure);
            return null;
        });
    }

    private void unloadGroups(TopicPartition key) {
        if (key.topic().equals(GroupCoordinator.JOURNAL_TOPIC)) {
            groups.unload(key.partition());
        }
    }

    /** Closes what was kept for reading and turned out to be another's. */
    private void closeTaken(ClusterView view) {
        if (cluster.session() != Cluster.Session.CONNECTED) {
            return;
        }
        hosted.forEach((key, state) -> {
            boolean here = view.topics().containsKey(key.topic())
                    && view.wanted().getOrDefault(key, -1) == view.thisNodeId();
            if (state instanceof Hosted.Reading && !here) {
                closed(key);
            }
        });
    }

    @Override
    public void topicDeleted(Topic topic) {
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            TopicPartition key = new TopicPartition(topic.name(), partition);
            engine.delete(new LogId(topic.id(), key)).exceptionally(failure -> {
                LOG.error("log could not be deleted partition={}", key, failure);
                return null;
            });
        }
    }

    @Override
    public void viewChanged(ClusterView view) {
        closeTaken(view);
        SortedMap<String, Topic> before = lastTopics;
        lastTopics = view.topics();
        for (Topic topic : view.topics().values()) {
            Topic old = before.get(topic.name());
            if (old == null || !old.id().equals(topic.id()) || old.partitionCount() != topic.partitionCount()) {
                groups.topicChanged(topic.name());
            }
            if (old != null && !old.config().equals(topic.config())) {
                configure(topic);
            }
        }
        for (String name : before.keySet()) {
            if (!view.topics().containsKey(name)) {
                groups.topicChanged(name);
            }
        }
    }

    private void configure(Topic topic) {
        LogConfig config = LogConfig.of(topic.config());
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            if (hosted.get(new TopicPartition(topic.name(), partition)) instanceof Hosted.Serving serving) {
                serving.log().configure(config);
            }
        }
    }

    private CompletableFuture<Void> openedFuture(TopicPartition key) {
        return opened.computeIfAbsent(key, absent -> new CompletableFuture<>());
    }
}
