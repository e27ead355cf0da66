package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.peer.PeerEvents;
import io.barnabas.cluster.Cluster;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupEvents;
import io.barnabas.log.LogEvents;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.TopicPartition;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/** All series of a node. Made before what it listens to; thread-safe but for start and close. */
public final class NodeMetrics implements AutoCloseable {
    private final MetricsSettings settings;
    private final MicroProfileExposition exposition;
    private final TopicTable topics;
    private final LogMetrics log;
    private final ClientMetrics clients;
    private final GroupMetrics groups;
    private final ClusterMetrics cluster;
    private final PeerMetrics peers;
    private ScheduledFuture<?> refreshing;

    public NodeMetrics(MetricRegistry registry, MetricsSettings settings) {
        this.settings = requireNonNull(settings, "settings");
        this.exposition = new MicroProfileExposition(registry);
        this.topics = new TopicTable(exposition, settings.maxTopics());
        this.log = new LogMetrics(exposition, topics);
        this.clients = new ClientMetrics(exposition, topics);
        this.groups = new GroupMetrics(exposition, settings);
        this.cluster = new ClusterMetrics(exposition, topics);
        this.peers = new PeerMetrics(exposition);
    }

    public LogEvents log() {
        return log;
    }

    public ClientEvents clients() {
        return clients;
    }

    public GroupEvents groups() {
        return groups;
    }

    public Cluster.Listener cluster() {
        return cluster;
    }

    public PeerEvents peers() {
        return peers;
    }

    /**
     * One more value to show, asked for when somebody looks; it must not block.
     *
     * @param labels names and values in turn
     */
    public void gauge(String name, String help, DoubleSupplier value, String... labels) {
        Tag[] tags = new Tag[labels.length / 2];
        Arrays.setAll(tags, i -> new Tag(labels[2 * i], labels[2 * i + 1]));
        exposition.gauge(name, help, value, tags);
    }

    /**
     * Begins to look now and then at what nobody tells.
     *
     * @param timer starts a look; does nothing else with its thread
     * @param worker looks
     * @param logs that this node serves now
     */
    public void start(
            GroupCoordinator coordinator,
            Supplier<Map<TopicPartition, PartitionLog>> logs,
            ScheduledExecutorService timer,
            Executor worker) {
        Refresh refresh = new Refresh(topics, groups, coordinator, logs);
        refreshing = timer.scheduleWithFixedDelay(
                () -> worker.execute(refresh::run), 0, settings.refreshIntervalMs(), TimeUnit.MILLISECONDS);
    }

    /** Stops looking and takes every series away. Idempotent. */
    @Override
    public void close() {
        if (refreshing != null) {
            refreshing.cancel(false);
        }
        exposition.close();
    }
}
