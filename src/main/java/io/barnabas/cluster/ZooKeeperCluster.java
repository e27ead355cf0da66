package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.client.ZKClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership through ZooKeeper. Thread-safe.
 *
 * <p>What happens is brought to one thread, the event thread of {@link ClusterThreads}, which holds all state, decides
 * and tells listeners; Curator's own threads only pass words on to it.
 *
 * <pre>
 * STARTING -- registered --> CONNECTED -- connection lost --> SUSPENDED -- same session again --> CONNECTED
 *                                SUSPENDED -- session over, or another session --> LOST -- registered --> CONNECTED
 * any -- close --> CLOSED
 * </pre>
 */
public final class ZooKeeperCluster implements Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperCluster.class);
    private static final long RETRY_MS = 250;
    private static final long PROGRESS_MS = 5_000;
    private static final long CLOSE_WAIT_MS = 5_000;
    private static final int OPERATION_RETRIES = 3;

    private final ClusterSettings settings;
    private final CuratorFramework client;
    private final Registration registration;
    private final Catalogue catalogue;
    private final Leadership leadership;
    private final Mirror mirror;
    private final Holdings holdings;
    private final Claims claims;
    private final Announcer announcer = new Announcer();
    private final ClusterThreads threads;
    private final LongSupplier nanoTime;
    private final AsyncZooKeeper zooKeeper;
    private final PartStore parts;
    private final HandOvers handOvers;
    private final TopicChanges changes;
    private final ProducerIdBlocks producerIds;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean refreshQueued = new AtomicBoolean();

    /** Written by the event thread, read by all. */
    private volatile ClusterView view;

    /** Written by the event thread, read by all. */
    private volatile Session session = Session.STARTING;

    /** Written by the event thread, read by all; null until this node was registered first. */
    private volatile ClusterSecret secret;

    /** Set on Curator's thread, so that writing stops at once and not when the event thread comes to it. */
    private volatile boolean linked;

    // Confined to the event thread.
    private Snapshot snapshot =
            new Snapshot(new TreeMap<>(), OptionalInt.empty(), new TreeMap<>(), Map.of(), Map.of(), Map.of());
    private String clusterId = "";
    private long sessionId;
    private int link;
    private boolean mirrored;
    private boolean registering;
    private boolean seatSeen;
    private Optional<CompletableFuture<Void>> draining = Optional.empty();

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
        this.nanoTime = nanoTime;
        client = connection(settings, threads, this.threads.errands());
        zooKeeper = new AsyncZooKeeper(client, this.threads.answers());
        parts = new PartStore(zooKeeper, paths, documents, settings.nodeId());
        handOvers = new HandOvers(zooKeeper, paths, documents, announcer, settings.nodeId());
        registration = new Registration(client, paths, documents, settings, clock, ids, () -> post(this::register));
        catalogue = new Catalogue(client, paths, documents, settings.limits(), configCheck, ids);
        leadership = new Leadership(
                client,
                paths,
                settings,
                new Controller(client, paths, documents, settings.nodeId()),
                this.threads,
                announcer,
                nanoTime,
                this::changed);
        mirror = new Mirror(client, paths, documents, this::changed);
        holdings = new Holdings(settings.nodeId(), settings.moves().handOverWaitMs());
        claims = new Claims(
                client,
                paths,
                documents,
                this::post,
                settings.nodeId(),
                settings.limits().claimsInFlight(),
                new ClaimAnswers());
        changes = new TopicChanges(
                catalogue,
                holdings,
                new Expectations(this.threads.events(), this.threads::answer, settings.changeWaitMs()),
                this::post,
                this.threads::toil,
                new Self(),
                settings.limits().changesInFlight());
        producerIds = new ProducerIdBlocks(client, paths, documents);
        view = snapshot.view(clusterId, settings.nodeId(), Map.of());
    }

    /**
     * Registers this node and returns when it is a member and its view is whole; claims follow as events. Keeps trying
     * while ZooKeeper does not answer, up to the start wait. Closes itself when it fails.
     *
     * @throws BarnabasException {@code ZOOKEEPER_UNAVAILABLE}, {@code ILLEGAL_STATE} when the node id is taken, {@code
     *     INVALID_CONFIGURATION} when it is another cluster than the data's, {@code CORRUPT_DATA}
     */
    public void start() {
        client.getConnectionStateListenable().addListener((curator, state) -> connection(state));
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
        return view;
    }

    /** What the log engine keeps of partitions; usable once this node has started. */
    public PartStore parts() {
        return parts;
    }

    @Override
    public ClusterSecret secret() {
        ClusterSecret known = secret;
        if (known == null) {
            throw new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node has not yet joined its cluster");
        }
        return known;
    }

    @Override
    public Session session() {
        Session now = session;
        return now == Session.CONNECTED && !linked ? Session.SUSPENDED : now;
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

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
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

    // ---- The session

    private void connection(ConnectionState state) {
        linked = state.isConnected() && state != ConnectionState.READ_ONLY;
        post(() -> {
            if (session == Session.CLOSED) {
                return;
            }
            link++;
            registering = false;
            LOG.info("connection to ZooKeeper changed state={} node={}", state, settings.nodeId());
            switch (state) {
                case CONNECTED, RECONNECTED -> register();
                case SUSPENDED, READ_ONLY -> suspend();
                case LOST -> lose();
            }
        });
    }

    private void suspend() {
        if (session == Session.CONNECTED) {
            become(Session.SUSPENDED);
        }
    }

    private void lose() {
        if (session != Session.CONNECTED && session != Session.SUSPENDED) {
            return;
        }
        become(Session.LOST);
        draining.ifPresent(answer -> threads.answer(() -> answer.complete(null)));
        claims.forget();
        List<Holdings.Change> released = holdings.release();
        view = snapshot.view(clusterId, settings.nodeId(), holdings.held());
        announcer.disowned(released);
        ClusterView now = view;
        announcer.tell(listener -> listener.viewChanged(now));
    }

    private void register() {
        if (registering || !linked || session == Session.CLOSED) {
            return;
        }
        registering = true;
        int asked = link;
        threads.toil(() -> {
            try {
                Registration.Seat seat = registration.register();
                post(() -> registered(seat, asked));
            } catch (BarnabasException e) {
                post(() -> unregistered(e, asked));
            }
        });
    }

    private void registered(Registration.Seat seat, int asked) {
        if (asked != link || session == Session.CLOSED) {
            return;
        }
        registering = false;
        if (seat.session() != sessionId) {
            seatSeen = false;
            lose();
        }
        clusterId = seat.clusterId();
        secret = seat.secret();
        sessionId = seat.session();
        if (!mirrored) {
            mirrored = true;
            mirror.start();
            stand();
        }
        if (session != Session.CONNECTED) {
            become(Session.CONNECTED);
        }
        refresh();
    }

    private void unregistered(BarnabasException failure, int asked) {
        if (asked != link || session == Session.CLOSED) {
            return;
        }
        registering = false;
        LOG.warn("this node could not register node={} reason={}", settings.nodeId(), failure.getMessage());
        switch (failure.code()) {
            case ILLEGAL_STATE -> // The registration tells when the id is free; a dead node's session ends by then.
                later(() -> started.completeExceptionally(failure), 2L * settings.sessionTimeoutMs());
            case INVALID_CONFIGURATION, CORRUPT_DATA -> {
                if (!started.completeExceptionally(failure)) {
                    later(this::register, settings.sessionTimeoutMs());
                }
            }
            default -> later(this::register, RETRY_MS);
        }
    }

    private void become(Session next) {
        LOG.info("cluster session changed from={} to={} node={}", session, next, settings.nodeId());
        session = next;
        announcer.tell(listener -> listener.sessionChanged(next));
    }

    // ---- The state

    private void changed() {
        if (refreshQueued.compareAndSet(false, true)) {
            post(this::refresh);
        }
    }

    private void refresh() {
        refreshQueued.set(false);
        if (session == Session.CLOSED || !mirrored || !mirror.complete()) {
            return;
        }
        Snapshot before = snapshot;
        try {
            snapshot = mirror.snapshot();
        } catch (BarnabasException e) {
            // Better an old state than one with a hole in it: a topic that cannot be read is not a deleted one.
            LOG.error("the cluster's documents are unreadable, keeping the last state reason={}", e.getMessage());
            started.completeExceptionally(e);
            return;
        }
        publish(holdings.reconcile(snapshot), before);
        changes.seen(snapshot);
        if (session() == Session.CONNECTED && seated()) {
            claim();
            leadership.seen(snapshot);
            drained();
            started.complete(null);
        }
    }

    /**
     * Whether ZooKeeper shows this node's registration. One that was seen and is gone, or is another's, was taken away:
     * then this node owns nothing until it is registered again.
     */
    private boolean seated() {
        Snapshot.Registered seen = snapshot.nodes().get(settings.nodeId());
        boolean now = seen != null && seen.session() == sessionId;
        if (seatSeen && !now) {
            LOG.error("this node's registration was taken away node={}", settings.nodeId());
            lose();
            register();
        }
        seatSeen = now;
        return now;
    }

    private void publish(Holdings.Outcome outcome, Snapshot before) {
        ClusterView now = snapshot.view(clusterId, settings.nodeId(), holdings.held());
        boolean different = !now.equals(view);
        view = now;
        announcer.disowned(outcome.disowned());
        handOvers.begin(outcome.leaving());
        if (different) {
            announcer.tell(listener -> listener.viewChanged(now));
        }
        announcer.owned(outcome.owned());
        for (Versioned<Topic> topic : before.topics().values()) {
            if (snapshot.topic(topic.value().id()).isEmpty()) {
                confirmDeleted(topic.value(), clusterId);
            }
        }
    }

    /** Data is removed on this word, so it is asked of ZooKeeper itself once more. */
    private void confirmDeleted(Topic topic, String inCluster) {
        threads.toil(() -> {
            try {
                if (catalogue.gone(topic, inCluster)) {
                    post(() -> announcer.tell(listener -> listener.topicDeleted(topic)));
                } else {
                    LOG.error("a topic vanished without having been deleted topic={}", topic.name());
                }
            } catch (Exception e) {
                LOG.warn("could not confirm that a topic is deleted topic={}", topic.name(), e);
                post(() -> later(() -> confirmDeleted(topic, inCluster), settings.sessionTimeoutMs()));
            }
        });
    }

    private final class Self implements TopicChanges.Node {
        @Override
        public Session session() {
            return ZooKeeperCluster.this.session();
        }

        @Override
        public ClusterView view() {
            return view;
        }

        @Override
        public Snapshot snapshot() {
            return snapshot;
        }
    }

    private final class ClaimAnswers implements Claims.Answer {
        @Override
        public void claimed(PartitionKey key, int epoch) {
            holdings.claimed(key, epoch);
            changed();
        }

        @Override
        public void refused(PartitionKey key) {
            later(ZooKeeperCluster.this::changed, RETRY_MS);
        }
    }

    private void stand() {
        try {
            leadership.start();
        } catch (BarnabasException e) {
            started.completeExceptionally(e);
        }
    }

    private void claim() {
        long nowMs = NANOSECONDS.toMillis(nanoTime.getAsLong());
        claims.claim(holdings.claimable(snapshot, claims.inFlight(), nowMs), snapshot, sessionId);
        if (holdings.waiting()) {
            later(this::changed, settings.moves().handOverWaitMs());
        }
    }

    // ---- Leaving

    @Override
    public CompletionStage<Void> drain() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        post(() -> {
            if (draining.isPresent() || session() != Session.CONNECTED) {
                answer.complete(null);
                return;
            }
            draining = Optional.of(answer);
            threads.toil(() -> {
                try {
                    registration.drain();
                } catch (BarnabasException e) {
                    LOG.warn("others were not told that this node leaves node={}", settings.nodeId(), e);
                    threads.answer(() -> answer.complete(null));
                }
            });
        });
        return answer;
    }

    /** Looks whether what this node had is served by others, or cannot be. */
    private void drained() {
        if (draining.isEmpty() || draining.get().isDone()) {
            return;
        }
        Snapshot.Registered self = snapshot.nodes().get(settings.nodeId());
        boolean told = self != null && self.draining();
        if (told && (settings.logs() == LogHome.NODE || !snapshot.othersTake(settings.nodeId()) || givenAway())) {
            CompletableFuture<Void> answer = draining.get();
            threads.answer(() -> answer.complete(null));
        }
    }

    private boolean givenAway() {
        return holdings.empty() && snapshot.servedByOthers(settings.nodeId());
    }

    // ---- Threads, start and end

    private void post(Runnable event) {
        threads.post(event);
    }

    private void later(Runnable event, long delayMs) {
        if (!closing.get()) {
            threads.later(event, delayMs);
        }
    }

    private void closed() {
        claims.forget();
        session = Session.CLOSED;
        List<Holdings.Change> released = holdings.release();
        view = snapshot.view(clusterId, settings.nodeId(), holdings.held());
        announcer.disowned(released);
        announcer.tell(listener -> listener.sessionChanged(Session.CLOSED));
        draining.ifPresent(answer -> answer.complete(null));
        started.completeExceptionally(
                new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node was closed while it started"));
    }

    /** Ending the session removes the registration and the candidacy at once: nobody waits for a time-out. */
    private void closeQuietly() {
        leadership.close();
        if (mirrored) {
            mirror.close();
        }
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

    private static CuratorFramework connection(ClusterSettings settings, ThreadFactory threads, Executor errands) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        return CuratorFrameworkFactory.builder()
                .connectString(settings.connect())
                .sessionTimeoutMs(settings.sessionTimeoutMs())
                .connectionTimeoutMs(settings.connectionTimeoutMs())
                .retryPolicy(new RetryNTimes(OPERATION_RETRIES, (int) RETRY_MS))
                .threadFactory(threads)
                .runSafeService(errands)
                .zkClientConfig(config)
                .ensembleTracker(false)
                .dontUseContainerParents()
                .build();
    }
}
