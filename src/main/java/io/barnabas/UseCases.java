package io.barnabas;

import io.barnabas.broker.Fetching;
import io.barnabas.broker.Groups;
import io.barnabas.broker.OwnPartitions;
import io.barnabas.broker.Partitions;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.Producing;
import io.barnabas.broker.Topics;
import io.barnabas.broker.group.RoutedGroupCoordinator;
import io.barnabas.broker.peer.PartitionCalls;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ZooKeeperCluster;
import io.barnabas.log.LogEngine;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What a node does for its clients, over its cluster and its logs; front ends are built on it, and other nodes read and
 * write this node's partitions through it.
 *
 * @param partitions those of the cluster, wherever they are
 * @param coordinator of the groups of the cluster, wherever they are
 */
record UseCases(
        Partitions partitions,
        Topics topics,
        Fetching fetching,
        Producing producing,
        RoutedGroupCoordinator coordinator) {
    /** Before the cluster starts: partitions are opened from its first view on. */
    static UseCases open(
            BarnabasSettings settings,
            ZooKeeperCluster cluster,
            LogEngine engine,
            RoutedGroupCoordinator coordinator,
            PeerLinks peers,
            ScheduledExecutorService timer,
            Executor responders,
            Clock clock) {
        Partitions partitions = new Partitions(
                cluster,
                engine,
                coordinator,
                settings.broker(),
                peers.logs(),
                settings.engine() == BarnabasSettings.Engine.LOCAL,
                timer,
                responders,
                System::nanoTime);
        Topics topics = new Topics(cluster, partitions, settings.broker());
        Fetching fetching = new Fetching(partitions, settings.broker(), timer, responders);
        Producing producing = new Producing(cluster, partitions, settings.broker(), clock);
        new PartitionCalls(new OwnPartitions(partitions, fetching), peers.news()).register(peers.desk());
        return new UseCases(partitions, topics, fetching, producing, coordinator);
    }

    Groups groups() {
        return new Groups(coordinator, topics);
    }

    Positioning positioning() {
        return new Positioning(topics, coordinator);
    }

    /** The partitions change with the cluster before anything asks for them. */
    void listenTo(Cluster cluster) {
        cluster.listen(partitions);
        cluster.listen(producing);
    }

    /** Takes nothing new; who waits is answered. */
    void drain() {
        partitions.drain();
        fetching.drain();
    }
}
