package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.Producing;
import io.barnabas.broker.RecordOutcome;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.subscription.SerialExecutor;
import io.barnabas.broker.subscription.Subscription;
import io.barnabas.broker.subscription.Subscriptions;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.record.TraceParent;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket: what it sends is read on the receiving thread, one frame at a time, and acted on in the socket's
 * turns; it has one subscription at most, of either kind.
 *
 * <p>{@link #text}, {@link #binary}, {@link #pong} and {@link #gone} are called by the transport, in order; {@link
 * #sweep} and {@link #drain} by anyone. Whatever is not a frame or a counter is confined to the turns.
 */
final class ClientSocket {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSocket.class);

    private final Connection connection;
    private final WebSocketSettings settings;
    private final FrameReader reader;
    private final ServerFrames frames;
    private final Producing producing;
    private final Json json;
    private final Subscriptions subscriptions;
    private final SerialExecutor turns;
    private final Outbound outbound;
    private final Answers answers;
    private final InFlight inFlight;
    private final LongSupplier nanoTime;
    private final ClientEvents events;
    private final Protocol protocol;

    /** Frames handed to the turns and not acted on; so that a flood cannot fill the queue. */
    private final AtomicInteger queuedFrames = new AtomicInteger();

    /** The subscription, from its frame on until it is over; null when there is none. */
    private Subscription subscription;

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
        this.producing = requireNonNull(producing, "producing");
        this.json = requireNonNull(json, "json");
        this.subscriptions = requireNonNull(subscriptions, "subscriptions");
        this.frames = new ServerFrames(json);
        this.turns = new SerialExecutor(pool);
        this.outbound = new Outbound(connection, settings.maxQueuedBytes(), nanoTime, () -> turns.execute(this::room));
        this.answers = new Answers(outbound::send);
        this.inFlight = new InFlight(settings, totalInFlightBytes);
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.events = requireNonNull(events, "events");
        this.protocol = connection.binary() ? Protocol.WEBSOCKET_BINARY : Protocol.WEBSOCKET_JSON;
    }

    /** A text frame came. */
    void text(String text) {
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
            requireRoom();
            if (frame instanceof ClientFrame.Produce produce) {
                produce(produce, text.length());
            } else {
                queue(() -> act(frame));
            }
        } catch (BarnabasException e) {
            outbound.send(error(frame.id(), e));
        }
    }

    /**
     * A binary frame came. What its header asks for is answered in a PRODUCED frame, in order; a frame whose header cannot
     * be read, and one over the bounds, in an error frame at once.
     *
     * @param frame belongs to the socket from now on
     */
    void binary(ByteBuffer frame) {
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
                requireRoom();
                produce(produce, bytes);
            } catch (BarnabasException e) {
                throw new FrameException(new FrameId.Whole(produce.id()), e);
            }
        } catch (FrameException e) {
            refuse(e);
        }
    }

    private void requireRoom() {
        if (queuedFrames.get() >= settings.maxQueuedFrames()) {
            throw new BarnabasException(
                    ErrorCode.OVERLOADED, "this socket sends frames faster than they can be acted on");
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
        outbound.send(error(e.id(), e.error()));
        if (e.unreadable()) {
            outbound.close(Goodbye.UNREADABLE, e.getMessage());
        }
    }

    private void queue(Runnable task) {
        queuedFrames.incrementAndGet();
        turns.execute(() -> {
            queuedFrames.decrementAndGet();
            task.run();
        });
    }

    /** Appends at once, so that appends are in the order of the frames; the answer finds its place in a turn. */
    private void produce(ClientFrame.Produce frame, int frameBytes) {
        inFlight.take(frameBytes);
        CompletionStage<List<RecordOutcome>> sent;
        try {
            sent = frame.request().send();
        } catch (BarnabasException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        answerInOrder(sent, frameBytes, (outcomes, failure) -> produced(frame, outcomes, failure));
    }

    /** The same with batches as they came. */
    private void produce(BinaryFrame.Produce frame, int frameBytes) {
        inFlight.take(frameBytes);
        CompletionStage<AppendResult> sent;
        try {
            TopicPartition partition = new TopicPartition(frame.topic(), frame.partition());
            sent = producing.appendBatches(partition, frame.batches(), frame.acks());
        } catch (BarnabasException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        answerInOrder(sent, frameBytes, (result, failure) -> produced(frame, result, failure));
    }

    private <T> void answerInOrder(
            CompletionStage<T> appended, int frameBytes, BiFunction<T, Throwable, Message> message) {
        long began = nanoTime.getAsLong();
        events.produceBegan(protocol);
        queue(() -> {
            Answers.Answer answer = answers.next();
            appended.whenComplete((result, failure) -> turns.execute(() -> {
                inFlight.done(frameBytes);
                events.produceEnded(protocol, nanoTime.getAsLong() - began);
                answer.complete(message.apply(result, failure));
            }));
        });
    }

    /** Null when no answer is wanted, as below. */
    private Message produced(ClientFrame.Produce frame, List<RecordOutcome> outcomes, Throwable failure) {
        byte[] answer;
        if (failure == null) {
            RecordOutcome.firstRefusal(outcomes)
                    .ifPresent(code -> events.rejected(ClientEvents.FrontEnd.WEBSOCKET, code));
            answer = frame.answered() ? frames.produced(frame.id(), outcomes) : null;
        } else {
            answer = error(frame.id(), BarnabasException.of(failure));
        }
        return frame.answered() ? Message.text(answer) : null;
    }

    private byte[] error(FrameId id, BarnabasException failure) {
        events.rejected(ClientEvents.FrontEnd.WEBSOCKET, failure.code());
        return frames.error(id, failure);
    }

    private Message produced(BinaryFrame.Produce frame, AppendResult result, Throwable failure) {
        BarnabasException refusal = failure == null ? null : BarnabasException.of(failure);
        if (refusal != null) {
            events.rejected(ClientEvents.FrontEnd.WEBSOCKET, refusal.code());
        }
        if (frame.acks() == Acks.NONE) {
            return null;
        }
        return refusal == null
                ? BinaryFrame.produced(frame.id(), frame.partition(), result)
                : BinaryFrame.refused(frame.id(), frame.partition(), refusal);
    }

    private void act(ClientFrame frame) {
        if (over) {
            return;
        }
        try {
            if (frame instanceof ClientFrame.Subscribe subscribe) {
                subscribe(subscribe);
            } else if (frame instanceof ClientFrame.Producer producer) {
                producer.asked()
                        .get()
                        .whenComplete((identity, failure) -> turns.execute(() -> outbound.send(
                                failure == null
                                        ? frames.producer(frame.id(), identity)
                                        : error(frame.id(), BarnabasException.of(failure)))));
            } else if (frame instanceof ClientFrame.Credit credit) {
                credit(credit);
            } else if (frame instanceof ClientFrame.Commit commit) {
                answer(
                        commit.id(),
                        required().commit(commit.offsets(), commit.generation()),
                        done -> frames.committed(commit.id()));
            } else if (frame instanceof ClientFrame.Seek seek) {
                answer(
                        seek.id(),
                        required().seek(seek.partition(), seek.start()),
                        offset -> frames.sought(seek.id(), seek.partition(), offset));
            } else if (frame instanceof ClientFrame.Released released) {
                answer(
                        released.id(),
                        required().released(released.partitions()),
                        done -> frames.released(released.id()));
            } else if (frame instanceof ClientFrame.Unsubscribe unsubscribe) {
                unsubscribe(unsubscribe);
            }
        } catch (BarnabasException e) {
            outbound.send(error(frame.id(), e));
        }
    }

    private void subscribe(ClientFrame.Subscribe frame) {
        if (subscription != null) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE, "this socket has a subscription already; unsubscribe first");
        }
        Encoding encoding = connection.binary()
                ? new BinaryEncoding(settings.maxBatchesFrameBytes())
                : new JsonEncoding(json, frame.format(), settings.maxRecordsFrameBytes());
        Deliveries deliveries = new Deliveries(protocol, nanoTime, events);
        SocketOutlet outlet = new SocketOutlet(outbound, frames, encoding, deliveries, () -> subscription = null);
        Subscription opened = subscriptions.open(frame.request(), outlet, turns);
        CompletionStage<Subscription.Started> started = opened.start();
        subscription = opened;
        started.whenComplete((start, failure) -> {
            if (failure == null) {
                outbound.send(frames.subscribed(frame.id(), start.member()));
            } else {
                forget(opened);
                outbound.send(error(frame.id(), BarnabasException.of(failure)));
            }
        });
    }

    private void credit(ClientFrame.Credit frame) {
        long left = required().credit(frame.records());
        if (!(frame.id() instanceof FrameId.None)) {
            outbound.send(frames.credited(frame.id(), left));
        }
    }

    private void unsubscribe(ClientFrame.Unsubscribe frame) {
        Subscription ending = required();
        answer(frame.id(), ending.unsubscribe(), done -> {
            forget(ending);
            return frames.unsubscribed(frame.id());
        });
    }

    /** Sends the answer when the stage completes, which it does in a turn. */
    private <T> void answer(FrameId id, CompletionStage<T> stage, Function<T, byte[]> frame) {
        stage.whenComplete((value, failure) ->
                outbound.send(failure == null ? frame.apply(value) : error(id, BarnabasException.of(failure))));
    }

    private Subscription required() {
        if (subscription == null) {
            throw new BarnabasException(ErrorCode.ILLEGAL_STATE, "this socket has no subscription");
        }
        return subscription;
    }

    private void forget(Subscription gone) {
        if (subscription == gone) {
            subscription = null;
        }
    }

    private void room() {
        if (subscription != null) {
            subscription.writable();
        }
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
        turns.execute(() -> {
            if (subscription != null) {
                subscription.tick(nanoTime);
            }
        });
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
        return inFlight.quiet().thenComposeAsync(answered -> hangUp(), turns);
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
            Subscription last = subscription;
            subscription = null;
            if (last == null) {
                left.complete(null);
            } else {
                last.close().whenComplete((done, failure) -> left.complete(null));
            }
        });
        return left;
    }

    /** For tests and metrics. */
    long queuedBytes() {
        return outbound.queuedBytes();
    }
}
