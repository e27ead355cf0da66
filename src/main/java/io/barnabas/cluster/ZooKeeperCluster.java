package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership through ZooKeeper: puts its parts together and brings word from one to the other. Thread-safe.
 *
 * <p>What happens is brought to one thread, the event thread of {@link ClusterThreads}, which holds all state, decides
 * and tells listeners; Curator's own threads only pass words on to it.
 *
 * <pre>
 * connection --> {@link NodeSession} -- seated, connected, lost --> here
 * ZooKeeper's documents --> {@link Mirror} -- changed --> here --> {@link ClusterState}
 *          and then, while connected: {@link Claims}, {@link Leadership}, {@link StorageNotice}, {@link Departure}
 * </pre>
 */
public final class ZooKeeperCluster implements Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperCluster.class);
    private static final long PROGRESS_MS = 5_000;
    private static final long CLOSE_WAIT_MS = 5_000;

    private final ClusterSettings settings;
    private final CuratorFramework client;
    private final AsyncZooKeeper zooKeeper;
    private final ClusterThreads threads;
    private final Announcer announcer = new Announcer();
    private final NodeSession session;
    private final ClusterState state;
    private final Holdings holdings;
    private final Claims claims;
    private final Leadership leadership;
    private final Departure departure;
    private final StorageNotice storage;
    private final PartStore parts;
    private final TopicChanges changes;
    private final ProducerIdBlocks producerIds;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean refreshQueued = new AtomicBoolean();

    /**
     * @param configCheck throws {@code INVALID_FIELD} for a topic configuration that cannot be
     * @param ids makes the ids of topics and of the cluster
     * @param nanoTime a clock that never goes back, for waits
     */
    public ZooKeeperCluster(
            ClusterSettings settings,
            Consumer<Map<String, String>> configCheck,
            Clock clock,
            Supplier<UUID> ids,
            LongSupplier nanoTime,
            ThreadFactory threads) {
        this.settings = requireNonNull(settings, "settings");
        Documents documents = new Documents();
        ZkPaths paths = new ZkPaths(settings.root());
        this.threads = new ClusterThreads(threads);
        client = ZooKeeperConnection.of(settings, threads, this.threads.errands());
        zooKeeper = new AsyncZooKeeper(client, this.threads.answers());
        parts = new PartStore(zooKeeper, paths, documents, settings.nodeId());
        Catalogue catalogue = new Catalogue(client, paths, documents, settings.limits(), configCheck, ids);
        Registration registration =
                new Registration(client, paths, documents, settings, clock, ids, this::registerAgain);
        session = new NodeSession(settings, registration, this.threads, announcer, started, new SessionEvents());
        holdings = new Holdings(settings.nodeId(), settings.moves().handOverWaitMs());
        state = new ClusterState(
                settings,
                new Mirror(client, paths, documents, this::changed),
                holdings,
                new HandOvers(zooKeeper, paths, documents, announcer, settings.nodeId()),
                catalogue,
                announcer,
                this.threads,
                started);
        claims = new Claims(client, paths, documents, settings, this.threads, holdings, nanoTime, this::changed);
        leadership = new Leadership(
                client,
                paths,
                settings,
                new Controller(client, paths, documents, settings.nodeId()),
                this.threads,
                announcer,
                nanoTime,
                this::changed);
        departure = new Departure(settings, registration, this.threads);
        storage = new StorageNotice(settings, registration, this.threads, announcer, this::changed);
        changes = new TopicChanges(
                catalogue,
                holdings,
                new Expectations(this.threads.events(), this.threads::answer, settings.changeWaitMs()),
                this.threads::post,
                this.threads::toil,
                new Self(),
                settings.limits().changesInFlight());
        producerIds = new ProducerIdBlocks(client, paths, documents);
    }

    /**
     * Registers this node and returns when it is a member and its view is whole; claims follow as events. Keeps trying
     * while ZooKeeper does not answer, up to the start wait. Closes itself when it fails.
     *
     * @throws BarnabasException {@code ZOOKEEPER_UNAVAILABLE}, {@code ILLEGAL_STATE} when the node id is taken, {@code
     *     INVALID_CONFIGURATION} when it is another cluster than the data's, {@code CORRUPT_DATA}
     */
    public void start() {
        client.getConnectionStateListenable().addListener((curator, change) -> session.connection(change));
        client.start();
        long waitedMs = 0;
        while (true) {
            long waitMs = Math.min(PROGRESS_MS, settings.startWaitMs() - waitedMs);
            try {
                started.get(waitMs, MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                waitedMs += waitMs;
                if (waitedMs >= settings.startWaitMs()) {
                    close();
                    throw new BarnabasException(
                            ErrorCode.ZOOKEEPER_UNAVAILABLE,
                            "ZooKeeper at " + settings.connect() + " did not take this node in within "
                                    + settings.startWaitMs() + " ms",
                            e);
                }
                LOG.warn("waiting for ZooKeeper connect={} waitedMs={}", settings.connect(), waitedMs);
            } catch (ExecutionException e) {
                close();
                throw BarnabasException.of(e);
            } catch (InterruptedException e) {
                close();
                Thread.currentThread().interrupt();
                throw new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "starting was interrupted", e);
            }
        }
    }

    @Override
    public ClusterView view() {
        return state.view();
    }

    /** What the log engine keeps of partitions; usable once this node has started. */
    public PartStore parts() {
        return parts;
    }

    @Override
    public ClusterSecret secret() {
        return session.secret();
    }

    @Override
    public Session session() {
        return session.state();
    }

    @Override
    public void listen(Listener listener) {
        announcer.add(requireNonNull(listener, "listener"));
    }

    @Override
    public CompletionStage<Topic> createTopic(String name, int partitionCount, Map<String, String> config) {
        return changes.create(name, partitionCount, config);
    }

    /**
     * Makes one of the broker's own topics, or finds it: completes with the topic as it is, whatever partition count
     * and configuration it has.
     */
    public CompletionStage<Topic> createInternalTopic(String name, int partitionCount, Map<String, String> config) {
        return changes.ensureInternal(name, partitionCount, config);
    }

    @Override
    public CompletionStage<Topic> addPartitions(String name, int partitionCount) {
        return changes.addPartitions(name, partitionCount);
    }

    @Override
    public CompletionStage<Topic> changeConfig(String name, Map<String, String> changed) {
        return changes.changeConfig(name, changed);
    }

    @Override
    public CompletionStage<Void> deleteTopic(String name) {
        return changes.delete(name);
    }

    @Override
    public CompletionStage<Long> reserveProducerIds(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("a count is not negative, got " + count);
        }
        return changes.asked("taking producer ids", () -> producerIds.reserve(count));
    }

    /** Tells the other nodes what this one can do with the storage that they share; the last word counts. */
    public void reportStorage(StorageReport report) {
        requireNonNull(report, "report");
        threads.post(() -> storage.report(report));
    }

    @Override
    public CompletionStage<Void> drain() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        threads.post(() -> departure.begin(session(), answer));
        return answer;
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        threads.closing();
        CompletableFuture<Void> told = new CompletableFuture<>();
        try {
            threads.events().execute(() -> {
                closed();
                told.complete(null);
            });
            told.get(CLOSE_WAIT_MS, MILLISECONDS);
        } catch (RejectedExecutionException | ExecutionException | TimeoutException e) {
            LOG.warn("listeners were not told in time that this node leaves node={}", settings.nodeId(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeQuietly();
    }

    // ---- On the event thread, but for what says otherwise

    /** A node id that was taken may be free. Thread-safe. */
    private void registerAgain() {
        threads.post(session::register);
    }

    /** There may be another state. Thread-safe. */
    private void changed() {
        if (refreshQueued.compareAndSet(false, true)) {
            threads.post(this::refresh);
        }
    }

    private void refresh() {
        refreshQueued.set(false);
        if (session() == Session.CLOSED || !state.refresh()) {
            return;
        }
        Snapshot now = state.snapshot();
        changes.seen(now);
        if (session() == Session.CONNECTED && session.seated(now)) {
            claims.claim(now, session.id());
            leadership.seen(now);
            storage.seen(now);
            departure.seen(now, holdings);
            started.complete(null);
        }
    }

    private void stand() {
        try {
            leadership.start();
        } catch (BarnabasException e) {
            started.completeExceptionally(e);
        }
    }

    private void closed() {
        claims.forget();
        session.close();
        state.release();
        announcer.tell(listener -> listener.sessionChanged(Session.CLOSED));
        departure.close();
        started.completeExceptionally(
                new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node was closed while it started"));
    }

    private final class SessionEvents implements NodeSession.Events {
        @Override
        public void seated(Registration.Seat seat) {
            if (state.begin(seat.clusterId())) {
                stand();
            }
        }

        @Override
        public void connected() {
            refresh();
        }

        @Override
        public void lost() {
            departure.lost();
            claims.forget();
            state.release();
            ClusterView now = state.view();
            announcer.tell(listener -> listener.viewChanged(now));
        }
    }

    private final class Self implements TopicChanges.Node {
        @Override
        public Session session() {
            return ZooKeeperCluster.this.session();
        }

        @Override
        public ClusterView view() {
            return state.view();
        }

        @Override
        public Snapshot snapshot() {
            return state.snapshot();
        }
    }

    /** Ending the session removes the registration and the candidacy at once: nobody waits for a time-out. */
    private void closeQuietly() {
        leadership.close();
        state.close();
        client.close();
        zooKeeper.close();
        threads.shutdown();
        changes.close();
        try {
            if (!threads.awaitEnd(CLOSE_WAIT_MS)) {
                LOG.warn("a thread of the cluster did not end in time node={}", settings.nodeId());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
