package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.client.ZKClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership through ZooKeeper. Thread-safe.
 *
 * <p>Two threads of its own: the <em>event thread</em> holds all state, decides and tells listeners, and never waits
 * for ZooKeeper; the <em>work thread</em> does what has to wait for ZooKeeper: registration, changes of topics, the
 * controller's duties. Curator's own threads only pass words on to the event thread.
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
    private final Controller controller;
    private final Mirror mirror;
    private final LeaderLatch latch;
    private final Holdings holdings;
    private final Claims claims;
    private final Announcer announcer = new Announcer();
    private final ScheduledThreadPoolExecutor events;
    private final ScheduledThreadPoolExecutor work;

    /** For Curator, which would make one of its own and never end it. */
    private final ScheduledThreadPoolExecutor errands;

    /** Completes what was asked of ZooKeeper in the background, so that what is chained to it holds up no event. */
    private final ScheduledThreadPoolExecutor answers;

    private final AsyncZooKeeper zooKeeper;
    private final PartStore parts;
    private final TopicChanges changes;
    private final ProducerIdBlocks producerIds;
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicBoolean refreshQueued = new AtomicBoolean();
    private final AtomicBoolean stepQueued = new AtomicBoolean();

    /** Written by the event thread, read by all. */
    private volatile ClusterView view;

    /** Written by the event thread, read by all. */
    private volatile Session session = Session.STARTING;

    /** Written by the event thread, read by all; null until this node was registered first. */
    private volatile ClusterSecret secret;

    /** Set on Curator's thread, so that writing stops at once and not when the event thread comes to it. */
    private volatile boolean linked;

    /** Whether this node leads under a term that it has begun; written by the work thread. */
    private volatile boolean leading;

    // Confined to the event thread.
    private Snapshot snapshot =
            new Snapshot(new TreeMap<>(), OptionalInt.empty(), new TreeMap<>(), Map.of(), Map.of(), Map.of());
    private String clusterId = "";
    private long sessionId;
    private int link;
    private boolean mirrored;
    private boolean registering;
    private boolean seatSeen;
    private Set<PartitionKey> remains = Set.of();

    /**
     * @param configCheck throws {@code INVALID_FIELD} for a topic configuration that cannot be
     * @param ids makes the ids of topics and of the cluster
     */
    public ZooKeeperCluster(
            ClusterSettings settings,
            Consumer<Map<String, String>> configCheck,
            Clock clock,
            Supplier<UUID> ids,
            ThreadFactory threads) {
        this.settings = requireNonNull(settings, "settings");
        Documents documents = new Documents();
        ZkPaths paths = new ZkPaths(settings.root());
        events = thread(threads);
        work = thread(threads);
        errands = thread(threads);
        answers = thread(threads);
        client = connection(settings, threads, errands);
        zooKeeper = new AsyncZooKeeper(client, answers);
        parts = new PartStore(zooKeeper, paths, documents, settings.nodeId());
        registration = new Registration(client, paths, documents, settings, clock, ids, () -> post(this::register));
        catalogue = new Catalogue(client, paths, documents, settings.limits(), configCheck, ids);
        controller = new Controller(client, paths, documents, settings.nodeId());
        mirror = new Mirror(client, paths, documents, this::changed);
        latch = new LeaderLatch(client, paths.controller(), settings.nodeId() + "/" + settings.instance());
        holdings = new Holdings(settings.nodeId());
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
                new Expectations(events, this::answer, settings.changeWaitMs()),
                this::post,
                this::toil,
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
        latch.addListener(new Election(), this::toil);
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
            events.execute(() -> {
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
        toil(() -> {
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
            startLatch();
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
            claims.claim(holdings.claimable(snapshot, claims.inFlight()), snapshot, sessionId);
            lead();
            tellRemains();
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
        toil(() -> {
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

    // ---- Leading

    private void startLatch() {
        try {
            latch.start();
        } catch (Exception e) {
            started.completeExceptionally(ZooKeeperErrors.of("standing for election", e));
        }
    }

    /** Called on the work thread. */
    private final class Election implements LeaderLatchListener {
        @Override
        public void isLeader() {
            beginTerm();
        }

        @Override
        public void notLeader() {
            leading = false;
        }
    }

    private void beginTerm() {
        if (!latch.hasLeadership()) {
            return;
        }
        try {
            controller.begin();
            leading = true;
            changed();
        } catch (Exception e) {
            LOG.warn("could not begin to lead node={}", settings.nodeId(), e);
            post(() -> later(() -> toil(this::beginTerm), RETRY_MS));
        }
    }

    /** The leading node alone, so that not all of them delete the same at the same time. */
    private void tellRemains() {
        Set<PartitionKey> now = leading ? snapshot.remains() : Set.of();
        if (!now.isEmpty() && !now.equals(remains)) {
            announcer.tell(Listener::remainsFound);
        }
        remains = now;
    }

    private void lead() {
        Snapshot now = snapshot;
        if (!leading || Controller.idle(now) || !stepQueued.compareAndSet(false, true)) {
            return;
        }
        toil(() -> {
            stepQueued.set(false);
            try {
                if (leading) {
                    controller.step(now);
                }
            } catch (Exception e) {
                LOG.debug("a step of the controller lost a race or its connection node={}", settings.nodeId(), e);
                post(() -> later(this::changed, RETRY_MS));
            }
        });
    }

    // ---- Threads, start and end

    private void post(Runnable event) {
        run(events, event);
    }

    private void toil(Runnable task) {
        run(work, task);
    }

    private static void run(ScheduledThreadPoolExecutor executor, Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("a cluster task failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the cluster is closed, a task was dropped");
        }
    }

    private void answer(Runnable completion) {
        try {
            work.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }

    private void later(Runnable event, long delayMs) {
        if (!closing.get()) {
            ScheduledFuture<?> unused = events.schedule(() -> post(event), delayMs, MILLISECONDS);
        }
    }

    private void closed() {
        claims.forget();
        session = Session.CLOSED;
        List<Holdings.Change> released = holdings.release();
        view = snapshot.view(clusterId, settings.nodeId(), holdings.held());
        announcer.disowned(released);
        announcer.tell(listener -> listener.sessionChanged(Session.CLOSED));
        started.completeExceptionally(
                new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node was closed while it started"));
    }

    /** Ending the session removes the registration and the candidacy at once: nobody waits for a time-out. */
    private void closeQuietly() {
        try {
            if (latch.getState() == LeaderLatch.State.STARTED) {
                latch.close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("leaving the election failed", e);
        }
        if (mirrored) {
            mirror.close();
        }
        client.close();
        zooKeeper.close();
        answers.shutdownNow();
        errands.shutdownNow();
        work.shutdownNow();
        events.shutdownNow();
        changes.close();
        try {
            if (!work.awaitTermination(CLOSE_WAIT_MS, MILLISECONDS)
                    || !events.awaitTermination(CLOSE_WAIT_MS, MILLISECONDS)) {
                LOG.warn("a thread of the cluster did not end in time node={}", settings.nodeId());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ScheduledThreadPoolExecutor thread(ThreadFactory threads) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
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
