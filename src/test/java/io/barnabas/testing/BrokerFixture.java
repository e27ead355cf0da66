package io.barnabas.testing;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.Fetching;
import io.barnabas.broker.Groups;
import io.barnabas.broker.Partitions;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.Producing;
import io.barnabas.broker.Topics;
import io.barnabas.broker.peer.RemotePartitions;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupEvents;
import io.barnabas.group.GroupSettings;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.log.LogEngine;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A whole broker without disk, network and ZooKeeper: everything runs on the calling thread, but for long polls, whose
 * deadlines have a thread of their own.
 */
public final class BrokerFixture implements AutoCloseable {
    public final InMemoryCluster cluster = new InMemoryCluster();
    public final InMemoryLogEngine engine;
    public final ManualClock clock = new ManualClock();
    public final ManualScheduler scheduler = new ManualScheduler(clock);
    public final GroupCoordinator coordinator;
    public final Partitions partitions;
    public final Topics topics;
    public final Fetching fetching;
    public final Producing producing;
    public final Groups groups;
    public final Positioning positioning;

    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor();

    /** Nothing waits for an owner here: there is no other node. */
    private static final BrokerSettings SETTINGS = BrokerSettings.DEFAULTS.withOwnershipWaitMs(0);

    public BrokerFixture() {
        this(SETTINGS);
    }

    public BrokerFixture(BrokerSettings settings) {
        this(settings, new InMemoryLogEngine());
    }

    /** A broker on the test's logs; {@link #engine} is then without use. */
    public BrokerFixture(LogEngine logs) {
        this(SETTINGS, logs);
    }

    private BrokerFixture(BrokerSettings settings, LogEngine logs) {
        engine = logs instanceof InMemoryLogEngine inMemory ? inMemory : new InMemoryLogEngine();
        coordinator = new JournaledGroupCoordinator(
                GroupSettings.DEFAULTS,
                topic -> {
                    var found = cluster.view().topics().get(topic);
                    return found == null ? OptionalInt.empty() : OptionalInt.of(found.partitionCount());
                },
                clock,
                clock::nanoTime,
                scheduler,
                Runnable::run,
                Runnable::run,
                UUID::randomUUID,
                GroupEvents.NONE);
        partitions = new Partitions(
                cluster,
                logs,
                coordinator,
                settings,
                RemotePartitions.NONE,
                true,
                deadlines,
                Runnable::run,
                System::nanoTime);
        topics = new Topics(cluster, partitions, settings);
        fetching = new Fetching(partitions, settings, deadlines, Runnable::run);
        producing = new Producing(cluster, partitions, settings, clock);
        groups = new Groups(coordinator, topics);
        positioning = new Positioning(topics, coordinator);
        cluster.listen(partitions);
        cluster.listen(producing);
        cluster.ensure(
                GroupCoordinator.JOURNAL_TOPIC,
                GroupSettings.DEFAULTS.journalPartitions(),
                Map.of("cleanup.policy", "compact"));
    }

    @Override
    public void close() {
        coordinator.close();
        deadlines.shutdownNow();
    }
}
