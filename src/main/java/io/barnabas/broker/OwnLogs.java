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
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this node owns, each as it is {@link Hosted}: opens their logs, closes those that go to another
 * node, and loads the group coordinator with the journal's.
 *
 * <p>Thread-safe: events come one at a time from the cluster's event thread and from finished opens; lookups from
 * anywhere.
 */
final class OwnLogs {
    private static final Logger LOG = LoggerFactory.getLogger(OwnLogs.class);

    private final Cluster cluster;
    private final LogEngine engine;
    private final GroupCoordinator groups;
    private final Handovers handovers;
    private final List<Consumer<List<PartitionLog>>> movedListeners = new CopyOnWriteArrayList<>();
    private final Map<TopicPartition, Hosted> hosted = new ConcurrentHashMap<>();

    /** Completed when a partition leaves {@link Hosted.Opening}; so that a creation can wait for its logs. */
    private final Map<TopicPartition, CompletableFuture<Void>> opened = new ConcurrentHashMap<>();

    OwnLogs(Cluster cluster, LogEngine engine, GroupCoordinator groups, Handovers handovers) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.engine = requireNonNull(engine, "engine");
        this.groups = requireNonNull(groups, "groups");
        this.handovers = requireNonNull(handovers, "handovers");
    }

    /** How this node has the partition; absent when it does not own it. */
    Optional<Hosted> find(TopicPartition partition) {
        return Optional.ofNullable(hosted.get(partition));
    }

    /** Whether the partition is open, or cannot be opened: waiting for it is over. */
    boolean isOpened(TopicPartition partition) {
        return openedFuture(partition).isDone();
    }

    /**
     * The log that this node itself owns under this epoch; nothing is asked elsewhere.
     *
     * @throws BarnabasException {@code NOT_OWNER}, {@code PARTITION_OFFLINE}
     */
    PartitionLog require(LogId id, int epoch) {
        Hosted state = hosted.get(id.partition());
        int node = cluster.view().thisNodeId();
        if (state == null || state.epoch() != epoch) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER,
                    "node " + node + " does not own partition " + id + " under epoch " + epoch + ", but "
                            + (state == null ? "not at all" : "under " + state.epoch()));
        }
        if (state instanceof Hosted.Serving serving && serving.log().id().equals(id)) {
            return serving.log();
        }
        if (state instanceof Hosted.Serving) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, "partition " + id + " of node " + node + " belongs to another topic now");
        }
        throw new BarnabasException(
                ErrorCode.PARTITION_OFFLINE, "partition " + id + " is not open on node " + node + " yet");
    }

    /** Hears of logs that serve no more, because their partition has changed hands. */
    void onMoved(Consumer<List<PartitionLog>> listener) {
        movedListeners.add(listener);
    }

    /** Tells of these. */
    void moved(List<PartitionLog> logs) {
        if (!logs.isEmpty()) {
            movedListeners.forEach(listener -> listener.accept(logs));
        }
        handovers.changed();
    }

    /** The logs that are served now. */
    Map<TopicPartition, PartitionLog> served() {
        Map<TopicPartition, PartitionLog> logs = new TreeMap<>();
        hosted.forEach((partition, state) -> {
            if (state instanceof Hosted.Serving serving) {
                logs.put(partition, serving.log());
            }
        });
        return logs;
    }

    /** How many partitions this node owns, has open, and failed to open. */
    Partitions.Counts counts() {
        int open = 0;
        List<String> failed = new ArrayList<>();
        for (Map.Entry<TopicPartition, Hosted> entry : hosted.entrySet()) {
            if (entry.getValue() instanceof Hosted.Serving) {
                open++;
            } else if (entry.getValue() instanceof Hosted.Failed) {
                failed.add(entry.getKey().toString());
            }
        }
        return new Partitions.Counts(hosted.size(), open, List.copyOf(failed));
    }

    /** Opens the log under the epoch; see {@link Cluster.Listener#owned}. */
    void owned(Topic topic, int partition, int epoch) {
        TopicPartition key = new TopicPartition(topic.name(), partition);
        Hosted.Opening opening = new Hosted.Opening(epoch);
        Hosted before = hosted.put(key, opening);
        moved(before == null ? List.of() : before.openLog().map(List::of).orElseGet(List::of));
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
        LOG.info("partition open topic={} partition={} epoch={}", key.topic(), key.partition(), opening.epoch());
        if (key.topic().equals(GroupCoordinator.JOURNAL_TOPIC)) {
            loadGroups(key, log);
        } else {
            openedFuture(key).complete(null);
        }
        handovers.changed();
    }

    private void loadGroups(TopicPartition key, PartitionLog journal) {
        groups.load(key.partition(), journal).whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.error("groups could not be loaded partition={}", key, failure);
            }
            openedFuture(key).complete(null);
            handovers.changed();
        });
    }

    private void failed(TopicPartition key, Hosted.Opening opening, BarnabasException failure) {
        if (hosted.replace(key, opening, opening.toFailed(failure))) {
            LOG.error("partition is offline topic={} partition={}", key.topic(), key.partition(), failure);
            openedFuture(key).complete(null);
            handovers.changed();
        }
    }

    /**
     * When it is the session that was lost, the log stays open for reading: what is below its high watermark stays true
     * whoever appends next, and nobody else may be there who could be asked.
     */
    void disowned(Topic topic, int partition) {
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

    /** Complete when the log is closed, so that another node may claim it. */
    CompletionStage<Void> handOver(Topic topic, int partition) {
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
        moved(List.of(log.get()));
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
    void closeTaken(ClusterView view) {
        if (cluster.session() != Cluster.Session.CONNECTED) {
            return;
        }
        hosted.forEach((key, state) -> {
            boolean here =
                    view.topics().containsKey(key.topic()) && view.wanted().getOrDefault(key, -1) == view.thisNodeId();
            if (state instanceof Hosted.Reading && !here) {
                closed(key);
            }
        });
    }

    /** Deletes the logs of a topic that is gone. */
    void topicDeleted(Topic topic) {
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            TopicPartition key = new TopicPartition(topic.name(), partition);
            engine.delete(new LogId(topic.id(), key)).exceptionally(failure -> {
                LOG.error("log could not be deleted partition={}", key, failure);
                return null;
            });
        }
    }

    /** Gives the topic's open logs its configuration. */
    void configure(Topic topic) {
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
