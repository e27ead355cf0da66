package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.Producing;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.subscription.SerialExecutor;
import io.barnabas.broker.subscription.Subscriptions;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TraceParent;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket: what it sends is read on the receiving thread, one frame at a time, and goes to {@link
 * SocketProducing} at once or to {@link SocketSubscription} in the socket's turns.
 *
 * <p>{@link #text}, {@link #binary}, {@link #pong} and {@link #gone} are called by the transport, in order; {@link
 * #sweep} and {@link #drain} by anyone.
 */
final class ClientSocket implements FrameReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSocket.class);

    private final Connection connection;
    private final WebSocketSettings settings;
    private final FrameReader reader;
    private final ServerFrames frames;
    private final ErrorFrames errors;
    private final SerialExecutor turns;
    private final FrameQueue queue;
    private final Outbound outbound;
    private final SocketProducing producing;
    private final SocketSubscription subscription;

    /** Confined to the turns: the connection is closed, and what is asked for after that is not done. */
    private boolean over;

    ClientSocket(
            Connection connection,
            WebSocketSettings settings,
            FrameReader reader,
            Producing producing,
            Json json,
            Subscriptions subscriptions,
            Executor pool,
            AtomicLong totalInFlightBytes,
            LongSupplier nanoTime,
            ClientEvents events) {
        this.connection = requireNonNull(connection, "connection");
        this.settings = requireNonNull(settings, "settings");
        this.reader = requireNonNull(reader, "reader");
        this.frames = new ServerFrames(json);
        this.errors = new ErrorFrames(frames, events);
        this.turns = new SerialExecutor(pool);
        this.queue = new FrameQueue(turns, settings.maxQueuedFrames());
        this.outbound = new Outbound(connection, settings.maxQueuedBytes(), nanoTime, () -> turns.execute(this::room));
        Protocol protocol = connection.binary() ? Protocol.WEBSOCKET_BINARY : Protocol.WEBSOCKET_JSON;
        this.producing = new SocketProducing(
                producing,
                new InFlight(settings, totalInFlightBytes),
                queue,
                turns,
                new Answers(outbound::send),
                frames,
                errors,
                protocol,
                nanoTime,
                events);
        this.subscription = new SocketSubscription(
                subscriptions,
                frame -> encoding(json, frame),
                () -> new Deliveries(protocol, nanoTime, events),
                outbound,
                frames,
                errors,
                turns);
    }

    private Encoding encoding(Json json, ClientFrame.Subscribe frame) {
        return connection.binary()
                ? new BinaryEncoding(settings.maxBatchesFrameBytes())
                : new JsonEncoding(json, frame.format(), settings.maxRecordsFrameBytes());
    }

    @Override
    public void text(String text) {
        outbound.heard();
        if (tooLarge(text)) {
            outbound.close(Goodbye.TOO_LARGE, "a frame may have " + settings.maxFrameBytes() + " bytes");
            return;
        }
        ClientFrame frame;
        try {
            frame = reader.read(text, connection.trace());
        } catch (FrameException e) {
            refuse(e);
            return;
        }
        try {
            queue.requireRoom();
            if (frame instanceof ClientFrame.Produce produce) {
                producing.produce(produce, text.length());
            } else {
                queue.add(() -> act(frame));
            }
        } catch (BarnabasException e) {
            outbound.send(errors.refusing(frame.id(), e));
        }
    }

    /**
     * What the header of a frame asks for is answered in a PRODUCED frame, in order; a frame whose header cannot
     * be read, and one over the bounds, in an error frame at once.
     */
    @Override
    public void binary(ByteBuffer frame) {
        outbound.heard();
        if (!connection.binary()) {
            outbound.close(Goodbye.WRONG_FRAME_TYPE, Protocols.JSON_V1 + " has text frames only");
            return;
        }
        int bytes = frame.remaining();
        if (bytes > settings.maxFrameBytes()) {
            outbound.close(Goodbye.TOO_LARGE, "a frame may have " + settings.maxFrameBytes() + " bytes");
            return;
        }
        try {
            BinaryFrame.Produce produce = BinaryFrame.produce(frame);
            try {
                queue.requireRoom();
                producing.produce(produce, bytes);
            } catch (BarnabasException e) {
                throw new FrameException(new FrameId.Whole(produce.id()), e);
            }
        } catch (FrameException e) {
            refuse(e);
        }
    }

    private boolean tooLarge(String text) {
        int max = settings.maxFrameBytes();
        return text.length() > max || (text.length() > max / 3 && Utf8.length(text) > max);
    }

    private void refuse(FrameException e) {
        LOG.debug("frame refused socket={} code={}", connection.id(), e.error().code());
        if (e.error().code().kind() == ErrorCode.Kind.INTERNAL) {
            LOG.warn(
                    "frame failed socket={} trace={}",
                    connection.id(),
                    TraceParent.shown(connection.trace()),
                    e.error());
        }
        outbound.send(errors.refusing(e.id(), e.error()));
        if (e.unreadable()) {
            outbound.close(Goodbye.UNREADABLE, e.getMessage());
        }
    }

    private void act(ClientFrame frame) {
        if (over) {
            return;
        }
        try {
            if (frame instanceof ClientFrame.Producer producer) {
                identify(producer);
            } else if (frame instanceof ClientFrame.Subscribe subscribe) {
                subscription.subscribe(subscribe);
            } else if (frame instanceof ClientFrame.Credit credit) {
                subscription.credit(credit);
            } else if (frame instanceof ClientFrame.Commit commit) {
                subscription.commit(commit);
            } else if (frame instanceof ClientFrame.Seek seek) {
                subscription.seek(seek);
            } else if (frame instanceof ClientFrame.Released released) {
                subscription.released(released);
            } else if (frame instanceof ClientFrame.Unsubscribe unsubscribe) {
                subscription.unsubscribe(unsubscribe);
            }
        } catch (BarnabasException e) {
            outbound.send(errors.refusing(frame.id(), e));
        }
    }

    private void identify(ClientFrame.Producer frame) {
        frame.asked()
                .get()
                .whenComplete((identity, failure) -> turns.execute(() -> outbound.send(
                        failure == null
                                ? frames.producer(frame.id(), identity)
                                : errors.refusing(frame.id(), BarnabasException.of(failure)))));
    }

    private void room() {
        subscription.writable();
    }

    void pong(ByteBuffer payload) {
        outbound.pong(payload);
    }

    /** Time has passed: pings, closes when the other end is dead or stalls, and lets the subscription know. */
    void sweep(long nanoTime) {
        long silentMs = TimeUnit.NANOSECONDS.toMillis(outbound.silentNanos(nanoTime));
        if (TimeUnit.NANOSECONDS.toMillis(outbound.stalledNanos(nanoTime)) > settings.stallTimeoutMs()) {
            outbound.close(Goodbye.POLICY, "nothing is read");
        } else if (silentMs > (long) settings.pingIntervalMs() + settings.pongTimeoutMs()) {
            outbound.close(Goodbye.POLICY, "pings are not answered");
        } else if (silentMs > settings.pingIntervalMs()) {
            outbound.ping();
        }
        turns.execute(() -> subscription.tick(nanoTime));
    }

    /** Tells the client that the server goes. */
    void drain() {
        outbound.send(frames.draining(settings.retryAfterMs()));
    }

    /**
     * Closes because the server goes, as soon as every produce frame taken is answered; completes when the subscription
     * has left.
     */
    CompletionStage<Void> leave() {
        return producing.quiet().thenComposeAsync(answered -> hangUp(), turns);
    }

    /** The same without waiting for what is not answered. */
    CompletionStage<Void> hangUp() {
        outbound.close(Goodbye.GOING_AWAY, "the server goes");
        return gone();
    }

    /** The connection is closed, by whomever; completes when the subscription has left. Idempotent. */
    CompletionStage<Void> gone() {
        outbound.gone();
        CompletableFuture<Void> left = new CompletableFuture<>();
        turns.execute(() -> {
            over = true;
            subscription.close().whenComplete((done, failure) -> left.complete(null));
        });
        return left;
    }

    /** For tests and metrics. */
    long queuedBytes() {
        return outbound.queuedBytes();
    }
}
