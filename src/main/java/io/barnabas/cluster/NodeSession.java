package io.barnabas.cluster;

import io.barnabas.cluster.Cluster.Session;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.state.ConnectionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's session with ZooKeeper and its seat in the cluster: follows the connection, registers, notices when the
 * seat is gone.
 *
 * <pre>
 * STARTING -- registered --> CONNECTED -- connection lost --> SUSPENDED -- same session again --> CONNECTED
 *                                SUSPENDED -- session over, or another session --> LOST -- registered --> CONNECTED
 * any -- close --> CLOSED
 * </pre>
 *
 * <p>Used by {@link ZooKeeperCluster} alone. Confined to the event thread, but for what says otherwise.
 */
final class NodeSession {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);
    private static final long RETRY_MS = 250;

    private final int nodeId;
    private final int sessionTimeoutMs;
    private final Registration registration;
    private final ClusterThreads threads;
    private final Announcer announcer;
    private final CompletableFuture<Void> started;
    private final Events events;

    /** Written by the event thread, read by all. */
    private volatile Session state = Session.STARTING;

    /** Written by the event thread, read by all; null until this node was registered first. */
    private volatile ClusterSecret secret;

    /** Set on Curator's thread, so that writing stops at once and not when the event thread comes to it. */
    private volatile boolean linked;

    private long id;

    /** Counts changes of the connection: the answer to a registration that was asked for before one is dropped. */
    private int link;

    private boolean registering;
    private boolean seatSeen;

    /** @param started fails when this node cannot be taken in before it ever was */
    NodeSession(
            ClusterSettings settings,
            Registration registration,
            ClusterThreads threads,
            Announcer announcer,
            CompletableFuture<Void> started,
            Events events) {
        this.nodeId = settings.nodeId();
        this.sessionTimeoutMs = settings.sessionTimeoutMs();
        this.registration = registration;
        this.threads = threads;
        this.announcer = announcer;
        this.started = started;
        this.events = events;
    }

    /** What the node must do about a change; called on the event thread. */
    interface Events {
        /** The node is registered. Told before listeners hear that it is connected. */
        void seated(Registration.Seat seat);

        /** The node is registered and listeners know it. */
        void connected();

        /** The session is over, as listeners know: nothing is this node's any more. */
        void lost();
    }

    /** Where the session is; {@code CONNECTED} only while the connection stands. Thread-safe. */
    Session state() {
        Session now = state;
        return now == Session.CONNECTED && !linked ? Session.SUSPENDED : now;
    }

    /**
     * What nodes of this cluster show each other. Thread-safe.
     *
     * @throws BarnabasException {@code ZOOKEEPER_UNAVAILABLE} before this node was registered first
     */
    ClusterSecret secret() {
        ClusterSecret known = secret;
        if (known == null) {
            throw new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "this node has not yet joined its cluster");
        }
        return known;
    }

    /** The session under which this node was registered last. */
    long id() {
        return id;
    }

    /** The connection changed. Called on Curator's thread. */
    void connection(ConnectionState change) {
        linked = change.isConnected() && change != ConnectionState.READ_ONLY;
        threads.post(() -> {
            if (state == Session.CLOSED) {
                return;
            }
            link++;
            registering = false;
            LOG.info("connection to ZooKeeper changed state={} node={}", change, nodeId);
            switch (change) {
                case CONNECTED, RECONNECTED -> register();
                case SUSPENDED, READ_ONLY -> suspend();
                case LOST -> lose();
            }
        });
    }

    /** Has this node registered, unless that is under way or cannot be. */
    void register() {
        if (registering || !linked || state == Session.CLOSED) {
            return;
        }
        registering = true;
        int asked = link;
        threads.toil(() -> {
            try {
                Registration.Seat seat = registration.register();
                threads.post(() -> registered(seat, asked));
            } catch (BarnabasException e) {
                threads.post(() -> unregistered(e, asked));
            }
        });
    }

    /**
     * Whether ZooKeeper shows this node's registration. One that was seen and is gone, or is another's, was taken away:
     * then this node owns nothing until it is registered again.
     */
    boolean seated(Snapshot snapshot) {
        Snapshot.Registered seen = snapshot.nodes().get(nodeId);
        boolean now = seen != null && seen.session() == id;
        if (seatSeen && !now) {
            LOG.error("this node's registration was taken away node={}", nodeId);
            lose();
            register();
        }
        seatSeen = now;
        return now;
    }

    /** Nothing is followed from now on; listeners are not told. */
    void close() {
        state = Session.CLOSED;
    }

    private void suspend() {
        if (state == Session.CONNECTED) {
            become(Session.SUSPENDED);
        }
    }

    private void lose() {
        if (state != Session.CONNECTED && state != Session.SUSPENDED) {
            return;
        }
        become(Session.LOST);
        events.lost();
    }

    private void registered(Registration.Seat seat, int asked) {
        if (asked != link || state == Session.CLOSED) {
            return;
        }
        registering = false;
        if (seat.session() != id) {
            seatSeen = false;
            lose();
        }
        secret = seat.secret();
        id = seat.session();
        events.seated(seat);
        if (state != Session.CONNECTED) {
            become(Session.CONNECTED);
        }
        events.connected();
    }

    private void unregistered(BarnabasException failure, int asked) {
        if (asked != link || state == Session.CLOSED) {
            return;
        }
        registering = false;
        LOG.warn("this node could not register node={} reason={}", nodeId, failure.getMessage());
        switch (failure.code()) {
            case ILLEGAL_STATE -> // The registration tells when the id is free; a dead node's session ends by then.
                threads.later(() -> started.completeExceptionally(failure), 2L * sessionTimeoutMs);
            case INVALID_CONFIGURATION, CORRUPT_DATA -> {
                if (!started.completeExceptionally(failure)) {
                    threads.later(this::register, sessionTimeoutMs);
                }
            }
            default -> threads.later(this::register, RETRY_MS);
        }
    }

    private void become(Session next) {
        LOG.info("cluster session changed from={} to={} node={}", state, next, nodeId);
        state = next;
        announcer.tell(listener -> listener.sessionChanged(next));
    }
}
