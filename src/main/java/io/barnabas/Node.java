package io.barnabas;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterSettings;
import io.barnabas.cluster.ZooKeeperCluster;
import io.barnabas.log.DataDirectory;
import io.barnabas.log.DiskFiles;
import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogEngine;
import io.barnabas.log.StorageReach;
import io.barnabas.metrics.NodeMetrics;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.rest.NodeStatus;
import io.barnabas.rest.PeerDoor;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BooleanSupplier;

/**
 * One node: builds what it is made of as it starts, in the order of {@link #parts}, because most of it can only be built
 * on what runs already. Nothing here decides anything.
 *
 * <p>Started and stopped by one thread; what it holds may be asked for by any, and is there from the moment its part has
 * started.
 */
final class Node implements NodeState {
    private final BarnabasSettings settings;
    private final Membership membership;
    private final NodeThreads threads;
    private final Clock clock;
    private final NodeMetrics metrics;
    private final ClientEvents clientEvents;
    private final Instant madeAt;
    private final Parts parts;

    // Written by the starting thread, each before whatever uses it starts; volatile because health asks from the start.
    private volatile DataDirectory folder;
    private volatile ScheduledThreadPoolExecutor timer;
    private volatile Executor responders;
    private LogEngines engines;
    private volatile LogEngine engine;
    private volatile ZooKeeperCluster cluster;
    private volatile PeerLinks peers;
    private volatile GroupCoordination coordination;
    private volatile UseCases useCases;
    private volatile FrontEnds frontEnds;
    private volatile Draining draining;

    /** Written by the starting thread, read by health. */
    private volatile BooleanSupplier answering = () -> false;

    /**
     * A node yet to be started.
     *
     * @param url where other nodes reach this one
     */
    Node(BarnabasSettings settings, URI url, NodeThreads threads, Clock clock, NodeMetrics metrics) {
        this.settings = requireNonNull(settings, "settings");
        this.membership = new Membership(settings, url);
        this.threads = requireNonNull(threads, "threads");
        this.clock = requireNonNull(clock, "clock");
        this.metrics = requireNonNull(metrics, "metrics");
        this.clientEvents = new RefusalLog(metrics.clients(), settings.refusalLogIntervalMs(), System::nanoTime);
        this.madeAt = clock.instant();
        this.parts = new Parts(List.of(
                new Part("data folder", this::openFolder, () -> folder.close()),
                new Part("threads", this::startThreads, threads::close),
                new Part("log engine", this::startEngine, this::stopEngine),
                new Part("ZooKeeper", membership::startZooKeeper, membership::stopZooKeeper),
                new Part("cluster membership", this::startCluster, this::stopCluster),
                new Part("ledgers", () -> {}, this::handOver),
                new Part("group coordinator", this::loadGroups, () -> coordination.close()),
                new Part("metrics", this::startMetrics, metrics::close),
                new Part("front ends", this::startFrontEnds, this::drain)));
    }

    Parts parts() {
        return parts;
    }

    private void openFolder() {
        folder = DataDirectory.open(settings.dataDir(), new DiskFiles());
    }

    private void startThreads() {
        timer = threads.timer("timer");
        responders = threads.pool("respond", settings.responderThreads());
    }

    /** The other engine starts with the cluster, in whose documents it keeps what it knows of its logs. */
    private void startEngine() {
        engines = new LogEngines(settings, threads, clock, responders, metrics.log());
        if (settings.engine() == BarnabasSettings.Engine.LOCAL) {
            engine = engines.local();
        }
    }

    private void stopEngine() {
        if (engine != null) {
            engine.close();
        }
    }

    private void startCluster() {
        ClusterSettings clusterSettings = membership.of(folder);
        cluster = new ZooKeeperCluster(
                clusterSettings, LogConfig::of, clock, UUID::randomUUID, System::nanoTime, threads.factory("cluster"));
        if (settings.engine() == BarnabasSettings.Engine.BOOKKEEPER) {
            engine = engines.bookkeeper(clusterSettings, cluster);
        }
        peers = PeerLinks.open(settings, cluster, threads, timer, metrics, clientEvents);
        coordination = GroupCoordination.open(settings, cluster, peers, threads, timer, clock, metrics);
        peers.desk().register(PeerOperation.CONSUMER, this::answerConsumer);
        useCases = UseCases.open(settings, cluster, engine, coordination.all(), peers, timer, responders, clock);
        useCases.listenTo(cluster);
        cluster.listen(peers.calls());
        cluster.listen(peers.news());
        cluster.listen(coordination.all());
        cluster.listen(metrics.cluster());
        cluster.listen(new StateLog());
        cluster.start();
        folder.claim(new DataDirectory.Meta(
                Integer.toString(settings.nodeId()), cluster.view().clusterId()));
    }

    /** Other nodes know this one as a coordinator before instances can work here. */
    private CompletionStage<ByteBuffer> answerConsumer(int fromNode, ByteBuffer call) {
        FrontEnds serving = frontEnds;
        return serving == null
                ? CompletableFuture.failedFuture(
                        new BarnabasException(ErrorCode.COORDINATOR_LOADING, "this node is starting, try again"))
                : serving.consumerRequests().handle(fromNode, call);
    }

    /** Ends ledgers well while there is a cluster to write that down, so that their next owner has nothing to recover. */
    private void handOver() {
        if (settings.engine() == BarnabasSettings.Engine.BOOKKEEPER) {
            engine.close();
        }
    }

    private void stopCluster() {
        peers.close();
        cluster.close();
    }

    /** Ends when every partition this node owns is open and its groups are loaded. */
    private void loadGroups() throws Exception {
        coordination.journal().requireAsSet();
        for (var topic : cluster.view().topics().values()) {
            useCases.partitions().allOpened(topic).get();
        }
    }

    private void startMetrics() {
        NodeGauges.show(metrics, this);
        metrics.start(coordination.own(), useCases.partitions()::logs, timer, responders);
    }

    private void startFrontEnds() {
        frontEnds = new FrontEnds(settings, this, threads, timer, clientEvents);
        draining = new Draining(cluster, useCases, frontEnds, settings.drainWaitMs());
        frontEnds.start();
    }

    /** Drains the node once; who calls meanwhile waits for that, see {@link Draining}. */
    void drain() {
        draining.run();
    }

    @Override
    public Parts.Phase phase() {
        return parts.phase();
    }

    @Override
    public boolean answering() {
        return answering.getAsBoolean();
    }

    /** Who knows whether the server lets requests through to this node. */
    void answeringWhen(BooleanSupplier known) {
        answering = known;
    }

    @Override
    public boolean draining() {
        return (draining != null && draining.leaving())
                || (useCases != null && useCases.partitions().draining());
    }

    @Override
    public Cluster.Session zookeeper() {
        return cluster == null ? Cluster.Session.STARTING : cluster.session();
    }

    @Override
    public EngineStatus engine() {
        return engine == null ? new EngineStatus.Closed() : engine.status();
    }

    @Override
    public StorageReach storage() {
        return engine == null ? StorageReach.ABLE : engine.reach();
    }

    @Override
    public int partitionsOwned() {
        return useCases == null ? 0 : useCases.partitions().counts().owned();
    }

    @Override
    public int partitionsOpen() {
        return useCases == null ? 0 : useCases.partitions().counts().open();
    }

    @Override
    public List<String> partitionsFailed() {
        return useCases == null ? List.of() : useCases.partitions().counts().failed();
    }

    /** Long polls that wait at the moment. */
    int fetchesWaiting() {
        return useCases == null ? 0 : useCases.fetching().waitingCount();
    }

    int socketsOpen() {
        return frontEnds == null ? 0 : frontEnds.sockets().count();
    }

    @Override
    public Optional<String> stuck() {
        return engine == null
                ? Optional.empty()
                : engine.stuck(settings.health().stuckAfterMs());
    }

    ClientEvents clientEvents() {
        return clientEvents;
    }

    /** For the page that people see. */
    NodeStatus status(String version) {
        HealthChecks.Check ready = HealthChecks.ready(this);
        return new NodeStatus(
                version, madeAt, phase().name().toLowerCase(Locale.ROOT), ready.up(), Optional.ofNullable((String)
                        ready.data().get("advice")));
    }

    Cluster cluster() {
        return running(cluster);
    }

    PeerDoor peerDoor() {
        return running(peers).door();
    }

    GroupCoordination coordination() {
        return running(coordination);
    }

    UseCases useCases() {
        return running(useCases);
    }

    FrontEnds frontEnds() {
        return running(frontEnds);
    }

    private static <T> T running(T part) {
        if (part == null) {
            throw new IllegalStateException("the node has not started");
        }
        return part;
    }
}
