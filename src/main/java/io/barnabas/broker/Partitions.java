package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.RemotePartitions;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Ownership;
import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Finds the log of any partition: those this node owns are open here ({@link OwnLogs}), those of other nodes are asked
 * there. Follows the cluster's events, so that who looks for a partition finds it where it is.
 *
 * <p>Thread-safe: events come one at a time from the cluster's event thread and from finished opens; lookups from
 * anywhere.
 */
public final class Partitions implements Cluster.Listener {
    private final Cluster cluster;
    private final GroupCoordinator groups;
    private final BrokerSettings settings;
    private final RemotePartitions remotes;
    private final boolean partitionsStay;
    private final LongSupplier nanoTime;
    private final Handovers handovers;
    private final OwnLogs logs;
    private final Appends appends;

    /** Who had a partition last, of those whose node has left since; written by the cluster's event thread alone. */
    private final Map<TopicPartition, Integer> homes = new ConcurrentHashMap<>();

    /** Touched by the cluster's event thread alone: tells what changed between two views; null before the first. */
    private ClusterView lastView;

    /** Written by the cluster's event thread, read by every produce: absent while the connection stands, or is gone. */
    private volatile OptionalLong suspendedAtNanos = OptionalLong.empty();

    /** Set by the lifecycle, read by every produce: a draining node takes no new records. */
    private volatile boolean draining;

    /**
     * The partitions of a node.
     *
     * @param partitionsStay whether a partition stays with the node that holds its files, so that nobody replaces an
     *     owner that is away
     * @param timers ends waits; does nothing else with its thread
     * @param workers try again what has waited; never blocked
     */
    public Partitions(
            Cluster cluster,
            LogEngine engine,
            GroupCoordinator groups,
            BrokerSettings settings,
            RemotePartitions remotes,
            boolean partitionsStay,
            ScheduledExecutorService timers,
            Executor workers,
            LongSupplier nanoTime) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.groups = requireNonNull(groups, "groups");
        this.settings = settings;
        this.remotes = requireNonNull(remotes, "remotes");
        this.partitionsStay = partitionsStay;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.handovers = new Handovers(timers, workers, nanoTime);
        this.logs = new OwnLogs(cluster, engine, groups, handovers);
        this.appends = new Appends(this, handovers, settings, nanoTime);
    }

    /** From now on produce answers {@code DRAINING}; reading goes on. */
    public void drain() {
        draining = true;
    }

    public boolean draining() {
        return draining;
    }

    /**
     * The log of a partition, for reading, on this node or on another: as long as its owner stays the same, it is the
     * same object.
     *
     * @throws BarnabasException {@code UNKNOWN_TOPIC}, {@code UNKNOWN_PARTITION}, {@code PARTITION_OFFLINE}
     */
    public PartitionLog log(TopicPartition partition) {
        Hosted state = logs.find(partition).orElse(null);
        if (state instanceof Hosted.Serving serving) {
            return serving.log();
        }
        if (state instanceof Hosted.Reading reading && cluster.session() != Cluster.Session.CONNECTED) {
            return reading.log();
        }
        ClusterView view = cluster.view();
        Topic topic = view.topicWith(partition);
        if (state instanceof Hosted.Failed failed) {
            throw new BarnabasException(
                    ErrorCode.PARTITION_OFFLINE,
                    "partition " + partition + " is offline: "
                            + failed.failure().getMessage());
        }
        Ownership owner = view.owners().get(partition);
        if (state instanceof Hosted.Opening || (owner != null && owner.nodeId() == view.thisNodeId())) {
            throw new BarnabasException(
                    ErrorCode.PARTITION_OFFLINE, "partition " + partition + " is being opened, try again");
        }
        if (owner == null) {
            throw new BarnabasException(ErrorCode.PARTITION_OFFLINE, withoutOwner(partition, view));
        }
        return remotes.log(new LogId(topic.id(), partition), owner);
    }

    private String withoutOwner(TopicPartition partition, ClusterView view) {
        Integer home = view.wanted().getOrDefault(partition, homes.get(partition));
        return home == null || view.nodes().containsKey(home)
                ? "partition " + partition + " has no owner at the moment, try again"
                : "partition " + partition + " is offline: node " + home + ", which had it, is away";
    }

    /**
     * Whether waiting for an owner makes sense: somebody else takes over, or the node that has the files lives and answers.
     * One that has been silent for as long as a dead one is waited for, and is in the cluster all the same, is alive and out
     * of reach from here: who goes to another node is served there.
     */
    boolean mayComeBack(TopicPartition partition) {
        if (logs.find(partition).filter(Hosted.Failed.class::isInstance).isPresent()) {
            return false;
        }
        Ownership owner = cluster.view().owners().get(partition);
        if (owner != null && remotes.silentMs(owner.nodeId()) > settings.ownershipWaitMs()) {
            return false;
        }
        Integer home = cluster.view().wanted().getOrDefault(partition, homes.get(partition));
        return !partitionsStay || home == null || cluster.view().nodes().containsKey(home);
    }

    /**
     * Calls a partition's log, wherever it is; while the partition changes hands, again, for a bounded time. Only for what
     * may be done twice.
     */
    <T> CompletionStage<T> withOwner(TopicPartition partition, Function<PartitionLog, CompletionStage<T>> call) {
        return withOwner(partition, 0, call);
    }

    /** As above, for calls that wait themselves, for so long at most. */
    <T> CompletionStage<T> withOwner(
            TopicPartition partition, int waitMs, Function<PartitionLog, CompletionStage<T>> call) {
        int patienceMs = settings.ownershipWaitMs();
        return handovers.run(
                patienceMs == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (long) patienceMs + waitMs),
                () -> place(partition),
                () -> mayComeBack(partition),
                () -> call.apply(log(partition)));
    }

    /** Appends whole batches, wherever the partition is, in the order of the calls. */
    CompletionStage<AppendResult> append(TopicPartition partition, ByteBuffer batches, Acks acks) {
        return appends.append(partition, batches, acks);
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Where a partition is; whoever waits for it is served only once this has changed. */
    Place place(TopicPartition partition) {
        return new Place(cluster.view().owner(partition), logs.find(partition));
    }

    /** Who owns a partition, and what this node makes of it. */
    record Place(Optional<Ownership> owner, Optional<Hosted> here) {}

    /**
     * The log of a partition, for appending: as {@link #log}, and only while this node may write.
     *
     * @throws BarnabasException also {@code ZOOKEEPER_UNAVAILABLE} and {@code DRAINING}
     */
    public PartitionLog writableLog(TopicPartition partition) {
        requireWritable();
        if (logs.find(partition).filter(Hosted.Reading.class::isInstance).isPresent()) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, "partition " + partition + " is being claimed anew by this node, try again");
        }
        return log(partition);
    }

    /** Whether the connection to ZooKeeper stands, or was lost just now and may be back in a moment. */
    boolean mayReconnect() {
        return switch (cluster.session()) {
            case CONNECTED -> true;
            case SUSPENDED -> {
                OptionalLong since = suspendedAtNanos;
                long patienceNanos = TimeUnit.MILLISECONDS.toNanos(settings.reconnectWaitMs());
                yield since.isEmpty() || nanoTime() - since.getAsLong() < patienceNanos;
            }
            case STARTING, LOST, CLOSED -> false;
        };
    }

    /** As {@link #requireWritable}, but appends may be taken in: they wait for a connection that may be back. */
    void requireAccepting() {
        requireStaying();
        if (!mayReconnect()) {
            requireWritable();
        }
    }

    private void requireStaying() {
        if (draining) {
            throw new BarnabasException(ErrorCode.DRAINING, "this node is shutting down, send to another one");
        }
    }

    /** Fails with a retriable error while this node must not write. */
    public void requireWritable() {
        requireStaying();
        Cluster.Session session = cluster.session();
        if (session != Cluster.Session.CONNECTED) {
            throw new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE,
                    "this node has no connection to ZooKeeper (" + session + "), nothing is written until it is back");
        }
    }

    /**
     * Completes when every partition of the topic that this node is to own is open, or has failed to open. One that nobody
     * owns is waited for as long as this node is the only one: which of several nodes is to have it cannot be known.
     */
    public CompletableFuture<Void> allOpened(Topic topic) {
        return handovers
                .run(settings.openTimeoutMs(), handovers::changeCount, () -> true, () -> settled(topic, false))
                .exceptionallyCompose(late -> settled(topic, true))
                .toCompletableFuture();
    }

    private CompletionStage<Void> settled(Topic topic, boolean tolerateUnowned) {
        ClusterView view = cluster.view();
        for (int number = 0; number < topic.partitionCount(); number++) {
            TopicPartition partition = new TopicPartition(topic.name(), number);
            Ownership owner = view.owners().get(partition);
            boolean foreign = logs.find(partition).isEmpty()
                    && (owner == null
                            ? tolerateUnowned || view.nodes().size() > 1
                            : owner.nodeId() != view.thisNodeId());
            if (!foreign && !logs.isOpened(partition)) {
                return CompletableFuture.failedFuture(new BarnabasException(
                        ErrorCode.PARTITION_OFFLINE, "partition " + partition + " did not open in time"));
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Completes when every partition of the topic can be written, on whatever node, or has failed to open here. */
    CompletionStage<Void> allServed(Topic topic) {
        CompletableFuture<?>[] waits = new CompletableFuture<?>[topic.partitionCount()];
        for (int number = 0; number < waits.length; number++) {
            TopicPartition partition = new TopicPartition(topic.name(), number);
            waits[number] = handovers
                    .run(
                            settings.openTimeoutMs(),
                            () -> place(partition),
                            () -> mayComeBack(partition),
                            () -> log(partition).range())
                    .exceptionally(failure -> {
                        if (logs.find(partition)
                                .filter(Hosted.Failed.class::isInstance)
                                .isPresent()) {
                            return null;
                        }
                        throw BarnabasException.of(failure);
                    })
                    .toCompletableFuture();
        }
        return CompletableFuture.allOf(waits);
    }

    /** Hears of logs that serve no more, because their partition has changed hands. */
    void onMoved(Consumer<List<PartitionLog>> listener) {
        logs.onMoved(listener);
    }

    /**
     * The log that this node itself owns under this epoch; nothing is asked elsewhere.
     *
     * @throws BarnabasException {@code NOT_OWNER}, {@code PARTITION_OFFLINE}
     */
    PartitionLog own(LogId id, int epoch) {
        return logs.require(id, epoch);
    }

    /**
     * Completes when this node does not open the partition any more, at the latest after a pause: asked again, another node
     * would have to come back for it.
     */
    CompletionStage<Void> opened(LogId id, int epoch) {
        Place now = place(id.partition());
        boolean opening = now.here()
                .filter(state -> state instanceof Hosted.Opening && state.epoch() == epoch)
                .isPresent();
        return opening
                ? handovers.pause(now, () -> place(id.partition()), Handovers.longestPauseMs())
                : CompletableFuture.completedFuture(null);
    }

    /** The logs that are served now. */
    public Map<TopicPartition, PartitionLog> logs() {
        return logs.served();
    }

    /** How many partitions this node owns, has open, and failed to open. */
    public Counts counts() {
        return logs.counts();
    }

    /**
     * A snapshot for health and metrics.
     *
     * @param failed names of partitions that could not be opened
     */
    public record Counts(int owned, int open, List<String> failed) {}

    @Override
    public void owned(Topic topic, int partition, int epoch) {
        logs.owned(topic, partition, epoch);
    }

    @Override
    public void disowned(Topic topic, int partition) {
        logs.disowned(topic, partition);
    }

    @Override
    public CompletionStage<Void> handOver(Topic topic, int partition) {
        return logs.handOver(topic, partition);
    }

    @Override
    public void topicDeleted(Topic topic) {
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            appends.forget(new TopicPartition(topic.name(), partition));
        }
        logs.topicDeleted(topic);
    }

    /** Who waits for a connection looks again. */
    @Override
    public void sessionChanged(Cluster.Session session) {
        suspendedAtNanos = session == Cluster.Session.SUSPENDED ? OptionalLong.of(nanoTime()) : OptionalLong.empty();
        handovers.wakeAll();
    }

    @Override
    public void viewChanged(ClusterView view) {
        SortedMap<String, Topic> before = lastView == null ? new TreeMap<>() : lastView.topics();
        rememberHomes(view);
        lastView = view;
        logs.closeTaken(view);
        logs.moved(remotes.follow(view));
        for (Topic topic : view.topics().values()) {
            Topic old = before.get(topic.name());
            if (old == null || !old.id().equals(topic.id()) || old.partitionCount() != topic.partitionCount()) {
                groups.topicChanged(topic.name());
            }
            if (old != null && !old.config().equals(topic.config())) {
                logs.configure(topic);
            }
        }
        for (String name : before.keySet()) {
            if (!view.topics().containsKey(name)) {
                groups.topicChanged(name);
            }
        }
    }

    /** Whoever looks for a partition of a node that has left can be told which node that is. */
    private void rememberHomes(ClusterView view) {
        if (lastView == null
                || view.nodes().keySet().containsAll(lastView.nodes().keySet())) {
            return;
        }
        lastView.owners().forEach((partition, owner) -> {
            if (!view.nodes().containsKey(owner.nodeId())) {
                homes.put(partition, owner.nodeId());
            }
        });
        homes.keySet().removeIf(partition -> !view.topics().containsKey(partition.topic()));
    }
}
