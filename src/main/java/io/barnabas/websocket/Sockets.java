package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.Producing;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.broker.subscription.Subscriptions;
import io.barnabas.record.ErrorCode;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sockets of {@code /ws}: takes them in up to a bound, looks them over with one timer for all, and sees them off when
 * the server goes. Thread-safe.
 */
public final class Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

    private final WebSocketSettings settings;
    private final Subscriptions subscriptions;
    private final FrameReader reader;
    private final Producing producing;
    private final Json json;
    private final Origins origins;
    private final Executor pool;
    private final ScheduledExecutorService timer;
    private final LongSupplier nanoTime;
    private final ClientEvents events;
    private final Set<ClientSocket> open = ConcurrentHashMap.newKeySet();

    /** Counted apart from the set, so that the bound is kept by sockets that open at the same time. */
    private final AtomicInteger openCount = new AtomicInteger();

    private final AtomicLong inFlightBytes = new AtomicLong();

    /** Set once by the lifecycle; read by every handshake. */
    private volatile boolean draining;

    /** Written by start and close alone, which the lifecycle calls one after the other. */
    private ScheduledFuture<?> sweeps;

    /**
     * Sockets over these use cases.
     *
     * @param limits of one produce frame
     * @param pool runs the sockets' turns; a few threads are enough, nothing in a turn waits
     * @param timer starts a sweep now and then; does nothing else with its thread
     */
    public Sockets(
            WebSocketSettings settings,
            Subscriptions subscriptions,
            Producing producing,
            Json json,
            RecordsLimits limits,
            Executor pool,
            ScheduledExecutorService timer,
            LongSupplier nanoTime,
            ClientEvents events) {
        this.settings = requireNonNull(settings, "settings");
        this.subscriptions = requireNonNull(subscriptions, "subscriptions");
        this.reader = new FrameReader(json, producing, limits, settings.defaultCredit());
        this.producing = producing;
        this.json = requireNonNull(json, "json");
        this.origins = new Origins(settings.allowedOrigins());
        this.pool = requireNonNull(pool, "pool");
        this.timer = requireNonNull(timer, "timer");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.events = requireNonNull(events, "events");
    }

    /** Begins to look over the sockets. */
    public void start() {
        long interval = settings.sweepIntervalMs();
        sweeps = timer.scheduleWithFixedDelay(this::sweep, interval, interval, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        long now = nanoTime.getAsLong();
        for (ClientSocket socket : open) {
            try {
                socket.sweep(now);
            } catch (RuntimeException e) { // one socket's trouble is not that of the others
                LOG.error("sweep failed", e);
            }
        }
    }

    /** A connection was made; absent when there are too many, and then it is being closed. */
    Optional<ClientSocket> opened(Connection connection) {
        if (draining) {
            connection.close(Goodbye.GOING_AWAY, "the server goes");
            return Optional.empty();
        }
        if (openCount.incrementAndGet() > settings.maxSockets()) {
            openCount.decrementAndGet();
            refused(ErrorCode.TOO_MANY);
            connection.close(Goodbye.TRY_AGAIN_LATER, settings.maxSockets() + " sockets are open, the limit");
            return Optional.empty();
        }
        ClientSocket socket = new ClientSocket(
                connection, settings, reader, producing, json, subscriptions, pool, inFlightBytes, nanoTime, events);
        open.add(socket);
        return Optional.of(socket);
    }

    /** A connection that only measures: not counted, not looked over. */
    CeilingSocket measured(Ceiling ceiling, Connection connection) {
        return new CeilingSocket(ceiling, connection, settings.maxQueuedBytes(), nanoTime);
    }

    /** Whether there are connections that only measure. */
    boolean measures() {
        return settings.measureEndpoints();
    }

    /** A connection is closed. */
    void closed(ClientSocket socket) {
        if (open.remove(socket)) {
            openCount.decrementAndGet();
            socket.gone();
        }
    }

    /** A handshake was refused. */
    void refused(ErrorCode code) {
        events.rejected(ClientEvents.FrontEnd.WEBSOCKET, code);
    }

    Origins origins() {
        return origins;
    }

    /** What one frame of a client may have, in bytes; the transport should refuse larger ones before they are whole. */
    int maxFrameBytes() {
        return settings.maxFrameBytes();
    }

    /** How many are open. */
    public int count() {
        return openCount.get();
    }

    /** Whether new connections are refused because the server goes. */
    public boolean draining() {
        return draining;
    }

    /** Takes no new sockets and tells every open one that the server goes; they can finish what they are at. */
    public void drain() {
        draining = true;
        open.forEach(ClientSocket::drain);
    }

    /**
     * Closes every socket with 1001 and waits, for a bounded time, until their subscriptions have left their groups, so
     * that partitions are handed over at once. Idempotent.
     */
    public void close() throws InterruptedException {
        if (!draining) {
            drain();
        }
        if (sweeps != null) {
            sweeps.cancel(false);
        }
        CompletableFuture<?>[] leaving = open.stream()
                .map(socket -> socket.leave().toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(leaving).get(settings.closeTimeoutMs(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn(
                    "sockets did not leave in time sockets={} timeoutMs={}", leaving.length, settings.closeTimeoutMs());
            open.forEach(ClientSocket::hangUp);
        }
    }
}
