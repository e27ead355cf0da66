package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.subscription.Subscription;
import io.barnabas.broker.subscription.Subscriptions;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The place for one subscription that a socket has, and the frames that are about it. It is taken from the frame that
 * subscribes until the subscription is over, whoever ended it; without one, every other frame is refused with {@code
 * ILLEGAL_STATE}.
 *
 * <p>Confined to the socket's turns, in which the subscription's stages complete as well.
 */
final class SocketSubscription {
    private final Subscriptions subscriptions;
    private final Function<ClientFrame.Subscribe, Encoding> encodings;
    private final Supplier<Deliveries> deliveries;
    private final Outbound outbound;
    private final ServerFrames frames;
    private final ErrorFrames errors;
    private final Executor turns;

    /** Null when there is none. */
    private Subscription subscription;

    /** @param encodings how records go over this socket, as the frame that subscribes asks for it */
    SocketSubscription(
            Subscriptions subscriptions,
            Function<ClientFrame.Subscribe, Encoding> encodings,
            Supplier<Deliveries> deliveries,
            Outbound outbound,
            ServerFrames frames,
            ErrorFrames errors,
            Executor turns) {
        this.subscriptions = requireNonNull(subscriptions, "subscriptions");
        this.encodings = requireNonNull(encodings, "encodings");
        this.deliveries = requireNonNull(deliveries, "deliveries");
        this.outbound = requireNonNull(outbound, "outbound");
        this.frames = requireNonNull(frames, "frames");
        this.errors = requireNonNull(errors, "errors");
        this.turns = requireNonNull(turns, "turns");
    }

    void subscribe(ClientFrame.Subscribe frame) {
        if (subscription != null) {
            throw new BarnabasException(
                    ErrorCode.ILLEGAL_STATE, "this socket has a subscription already; unsubscribe first");
        }
        Encoding encoding = encodings.apply(frame);
        SocketOutlet outlet = new SocketOutlet(outbound, frames, encoding, deliveries.get(), () -> subscription = null);
        Subscription opened = subscriptions.open(frame.request(), outlet, turns);
        CompletionStage<Subscription.Started> started = opened.start();
        subscription = opened;
        started.whenComplete((start, failure) -> {
            if (failure == null) {
                outbound.send(frames.subscribed(frame.id(), start.member()));
            } else {
                forget(opened);
                outbound.send(errors.refusing(frame.id(), BarnabasException.of(failure)));
            }
        });
    }

    void credit(ClientFrame.Credit frame) {
        long left = required().credit(frame.records());
        if (!(frame.id() instanceof FrameId.None)) {
            outbound.send(frames.credited(frame.id(), left));
        }
    }

    void commit(ClientFrame.Commit frame) {
        answer(
                frame.id(),
                required().commit(frame.offsets(), frame.generation()),
                done -> frames.committed(frame.id()));
    }

    void seek(ClientFrame.Seek frame) {
        answer(
                frame.id(),
                required().seek(frame.partition(), frame.start()),
                offset -> frames.sought(frame.id(), frame.partition(), offset));
    }

    void released(ClientFrame.Released frame) {
        answer(frame.id(), required().released(frame.partitions()), done -> frames.released(frame.id()));
    }

    void unsubscribe(ClientFrame.Unsubscribe frame) {
        Subscription ending = required();
        answer(frame.id(), ending.unsubscribe(), done -> {
            forget(ending);
            return frames.unsubscribed(frame.id());
        });
    }

    /** Sends the answer when the stage completes, which it does in a turn. */
    private <T> void answer(FrameId id, CompletionStage<T> stage, Function<T, byte[]> frame) {
        stage.whenComplete((value, failure) -> outbound.send(
                failure == null ? frame.apply(value) : errors.refusing(id, BarnabasException.of(failure))));
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

    /** There is room in the socket again. */
    void writable() {
        if (subscription != null) {
            subscription.writable();
        }
    }

    /** Time has passed. */
    void tick(long nanoTime) {
        if (subscription != null) {
            subscription.tick(nanoTime);
        }
    }

    /** The socket is gone; completes when the subscription has left. */
    CompletionStage<Void> close() {
        Subscription last = subscription;
        subscription = null;
        return last == null ? CompletableFuture.completedFuture(null) : last.close();
    }
}
