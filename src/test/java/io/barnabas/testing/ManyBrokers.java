package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.Fetching;
import io.barnabas.broker.OwnPartitions;
import io.barnabas.broker.Partitions;
import io.barnabas.broker.Positioning;
import io.barnabas.broker.Producing;
import io.barnabas.broker.Topics;
import io.barnabas.broker.consumer.ConsumerInstances;
import io.barnabas.broker.consumer.ConsumerRequests;
import io.barnabas.broker.consumer.ConsumerSettings;
import io.barnabas.broker.consumer.Consumers;
import io.barnabas.broker.consumer.RoutedConsumers;
import io.barnabas.broker.group.CoordinatorRoute;
import io.barnabas.broker.group.GroupJournal;
import io.barnabas.broker.group.RoutedGroupCoordinator;
import io.barnabas.broker.group.RoutingSettings;
import io.barnabas.broker.peer.HttpPeerCalls;
import io.barnabas.broker.peer.LongPollNews;
import io.barnabas.broker.peer.PartitionCalls;
import io.barnabas.broker.peer.PeerCredential;
import io.barnabas.broker.peer.PeerDesk;
import io.barnabas.broker.peer.PeerEvents;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.broker.peer.PeerSettings;
import io.barnabas.broker.peer.RemoteLogs;
import io.barnabas.cluster.Cluster;
import io.barnabas.group.ExecutorTimers;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupEvents;
import io.barnabas.group.GroupSettings;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.relay.TcpRelay;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Several brokers in one process that call each other over real HTTP on loopback. Their logs are in memory and belong to
 * all of them, as with storage that outlives a node: a partition may move. The journal of groups is made with the first group,
 * or by the test before.
 */
public final class ManyBrokers implements AutoCloseable {
    public final SharedCluster cluster = new SharedCluster();
    public final InMemoryLogEngine engine = new InMemoryLogEngine();

    private final BrokerSettings settings;
    private final PeerSettings peers;
    private final boolean partitionsStay;
    private final boolean relayed;
    private final List<Broker> brokers = new ArrayList<>();
    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);
    private final ExecutorService pool = Executors.newFixedThreadPool(4);

    /** @param partitionsStay whether a partition waits for the node that had it */
    public ManyBrokers(BrokerSettings settings, boolean partitionsStay) {
        this(settings, PeerSettings.DEFAULTS, partitionsStay, false);
    }

    private ManyBrokers(BrokerSettings settings, PeerSettings peers, boolean partitionsStay, boolean relayed) {
        this.settings = settings;
        this.peers = peers;
        this.partitionsStay = partitionsStay;
        this.relayed = relayed;
    }

    /** Brokers whose calls go over links that can be cut; no partition waits for the broker that had it. */
    public static ManyBrokers relayed(BrokerSettings settings, PeerSettings peers) {
        return new ManyBrokers(settings, peers, false, true);
    }

    /** One more broker. */
    public Broker join(int id) {
        Broker broker = new Broker(id);
        brokers.add(broker);
        cluster.join(broker.cluster);
        return broker;
    }

    @Override
    public void close() {
        brokers.forEach(Broker::crash);
        timers.shutdownNow();
        pool.shutdownNow();
    }

    /** One broker. */
    public final class Broker implements PeerEvents {
        public final int id;
        public final Cluster cluster;
        public final Partitions partitions;
        public final Topics topics;
        public final Fetching fetching;
        public final Producing producing;
        public final Positioning positioning;
        public final RoutedGroupCoordinator coordinator;
        public final Consumers consumers;

        /** What it asked of others, in order. */
        public final List<PeerOperation> forwarded = new CopyOnWriteArrayList<>();

        private final PeerServer server = PeerServer.start();
        private final Optional<TcpRelay> link;
        private final ConsumerInstances instances;
        private final LongPollNews news;
        private final RemoteLogs remotes;

        private Broker(int id) {
            this.id = id;
            link = relayed ? Optional.of(TcpRelay.to(server.url().getPort(), id)) : Optional.empty();
            cluster = ManyBrokers.this.cluster.prepare(
                    id,
                    link.map(relay -> URI.create("http://127.0.0.1:" + relay.port()))
                            .orElse(server.url()));
            PeerCredential credential =
                    new PeerCredential(() -> cluster.secret().text().getBytes(UTF_8), () -> "shared");
            PeerDesk desk = new PeerDesk(credential, cluster::view, peers);
            HttpPeerCalls calls =
                    new HttpPeerCalls(cluster::view, credential, peers, timers, pool, System::nanoTime, this);
            news = new LongPollNews(calls, desk, peers, timers, pool, System::nanoTime, () -> UUID.randomUUID()
                    .getMostSignificantBits());
            remotes = new RemoteLogs(calls, news, peers, timers);
            JournaledGroupCoordinator ownGroups = new JournaledGroupCoordinator(
                    GroupSettings.DEFAULTS,
                    topic -> Optional.ofNullable(cluster.view().topics().get(topic))
                            .map(found -> OptionalInt.of(found.partitionCount()))
                            .orElse(OptionalInt.empty()),
                    Clock.systemUTC(),
                    System::nanoTime,
                    new ExecutorTimers(timers),
                    pool,
                    pool,
                    UUID::randomUUID,
                    GroupEvents.NONE);
            CoordinatorRoute route = new CoordinatorRoute(
                    ownGroups::journalPartition,
                    new GroupJournal(
                            GroupSettings.DEFAULTS.journalPartitions(),
                            cluster::view,
                            () -> cluster.createTopic(
                                    GroupCoordinator.JOURNAL_TOPIC,
                                    GroupSettings.DEFAULTS.journalPartitions(),
                                    Map.of())),
                    cluster::view,
                    calls,
                    RoutingSettings.DEFAULTS,
                    new ExecutorTimers(timers),
                    System::nanoTime);
            coordinator = new RoutedGroupCoordinator(
                    ownGroups,
                    cluster::view,
                    route,
                    news,
                    pool,
                    new ExecutorTimers(timers),
                    System::nanoTime,
                    UUID::randomUUID);
            desk.register(PeerOperation.GROUP, coordinator.requests());
            partitions = new Partitions(
                    cluster, engine, coordinator, settings, remotes, partitionsStay, timers, pool, System::nanoTime);
            topics = new Topics(cluster, partitions, settings);
            fetching = new Fetching(partitions, settings, timers, pool);
            producing = new Producing(cluster, partitions, settings, Clock.systemUTC());
            positioning = new Positioning(topics, coordinator);
            new PartitionCalls(new OwnPartitions(partitions, fetching), news).register(desk);
            instances = new ConsumerInstances(
                    ownGroups,
                    topics,
                    fetching,
                    positioning,
                    ConsumerSettings.defaults(),
                    timers,
                    pool,
                    System::nanoTime,
                    () -> UUID.randomUUID().toString());
            consumers = new RoutedConsumers(
                    instances, route, settings.maxFetchWaitMs(), System::nanoTime, () -> UUID.randomUUID()
                            .toString());
            ConsumerRequests requests = new ConsumerRequests(instances, ConsumerSettings.defaults(), timers);
            desk.register(PeerOperation.CONSUMER, requests);
            coordinator.whenUnloaded(instances::moved);
            coordinator.whenViewChanged(requests::viewChanged);
            cluster.listen(partitions);
            cluster.listen(calls);
            cluster.listen(news);
            cluster.listen(coordinator);
            server.serve(desk);
        }

        /** What others ask this broker over, when brokers are relayed. */
        public TcpRelay link() {
            return link.orElseThrow();
        }

        /** Ends without a word; the cluster does not know yet. */
        public void crash() {
            link.ifPresent(TcpRelay::close);
            cluster.close();
            news.close();
            remotes.close();
            server.close();
            instances.close();
            coordinator.close();
        }

        @Override
        public void forwarded(PeerOperation operation, Optional<ErrorCode> failure, long nanos) {
            forwarded.add(operation);
        }
    }
}
