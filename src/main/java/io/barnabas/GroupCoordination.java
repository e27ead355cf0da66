package io.barnabas;

import io.barnabas.broker.group.CoordinatorRoute;
import io.barnabas.broker.group.GroupJournal;
import io.barnabas.broker.group.RoutedGroupCoordinator;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.ZooKeeperCluster;
import io.barnabas.group.ExecutorTimers;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.metrics.NodeMetrics;
import java.time.Clock;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/**
 * How groups are coordinated, here and elsewhere.
 *
 * @param own the groups of journal partitions that this node owns
 * @param journal the topic they are journaled in
 * @param route to the coordinator of a group
 * @param all groups of the cluster
 */
record GroupCoordination(
        JournaledGroupCoordinator own, GroupJournal journal, CoordinatorRoute route, RoutedGroupCoordinator all)
        implements AutoCloseable {
    /**
     * The journal's segments are small, so that compaction, which leaves the last one alone, keeps it short: a new
     * coordinator reads all there is before it serves, and 4 MiB are some 20,000 commits. Its batches may be large, larger
     * than a segment, because the assignment of a large group is one of them.
     */
    private static final Map<String, String> JOURNAL_CONFIG = Map.of(
            "cleanup.policy", "compact",
            "segment.bytes", "4194304",
            "max.message.bytes", "16777216",
            "min.cleanable.dirty.ratio", "0.3");

    static GroupCoordination open(
            BarnabasSettings settings,
            ZooKeeperCluster cluster,
            PeerLinks peers,
            NodeThreads threads,
            ScheduledExecutorService timer,
            Clock clock,
            NodeMetrics metrics) {
        ExecutorTimers timers = new ExecutorTimers(timer);
        Executor notices = threads.pool("notice", 1);
        Supplier<ClusterView> view = cluster::view;
        JournaledGroupCoordinator own = new JournaledGroupCoordinator(
                settings.group(),
                topic -> partitionCount(view.get(), topic),
                clock,
                System::nanoTime,
                timers,
                threads.pool("group", 2),
                notices,
                UUID::randomUUID,
                metrics.groups());
        int partitions = settings.group().journalPartitions();
        GroupJournal journal = new GroupJournal(
                partitions,
                view,
                () -> cluster.createInternalTopic(GroupCoordinator.JOURNAL_TOPIC, partitions, JOURNAL_CONFIG));
        CoordinatorRoute route = new CoordinatorRoute(
                own::journalPartition, journal, view, peers.calls(), settings.coordinator(), timers, System::nanoTime);
        RoutedGroupCoordinator all = new RoutedGroupCoordinator(
                own, view, route, peers.news(), notices, timers, System::nanoTime, UUID::randomUUID);
        peers.desk().register(PeerOperation.GROUP, all.requests());
        return new GroupCoordination(own, journal, route, all);
    }

    private static OptionalInt partitionCount(ClusterView view, String topic) {
        var found = view.topics().get(topic);
        return found == null ? OptionalInt.empty() : OptionalInt.of(found.partitionCount());
    }

    @Override
    public void close() {
        all.close();
    }
}
