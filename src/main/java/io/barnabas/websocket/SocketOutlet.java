package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;

/**
 * Sends a subscription's output over a socket: control as JSON, records as its encoding says. Confined to the socket's
 * turns.
 */
final class SocketOutlet implements Outlet {
    private final Outbound outbound;
    private final ServerFrames frames;
    private final Encoding encoding;
    private final Deliveries deliveries;
    private final Runnable onEnded;

    /** @param onEnded called when the subscription is over although nobody asked for it */
    SocketOutlet(Outbound outbound, ServerFrames frames, Encoding encoding, Deliveries deliveries, Runnable onEnded) {
        this.outbound = requireNonNull(outbound, "outbound");
        this.frames = requireNonNull(frames, "frames");
        this.encoding = requireNonNull(encoding, "encoding");
        this.deliveries = requireNonNull(deliveries, "deliveries");
        this.onEnded = requireNonNull(onEnded, "onEnded");
    }

    @Override
    public boolean writable() {
        return outbound.room();
    }

    @Override
    public boolean writableBeside(int bytes) {
        return outbound.roomBeside(bytes);
    }

    @Override
    public long reading() {
        return deliveries.reading();
    }

    @Override
    public void sending(long reading) {
        deliveries.sending(reading);
    }

    @Override
    public void starving(boolean starving) {
        deliveries.starving(starving);
    }

    private void sendRecords(Message frame) {
        deliveries.frame(frame.bytes());
        outbound.send(frame);
    }

    /** A portion that others get too is encoded once, when it makes one frame, as it does near a partition's end. */
    @Override
    public Feed feed(TopicPartition partition, Portion portion, long from) {
        return deliveries.counted(partition, open(partition, portion, from));
    }

    private Feed open(TopicPartition partition, Portion portion, long from) {
        Feed own = encoding.feed(partition, portion, from, this::sendRecords);
        if (!portion.shared() || !encoding.fitsOneFrame(portion.batches().remaining())) {
            return own;
        }
        WholeFrame whole = portion.form(
                encoding.form(from),
                WholeFrame.class,
                () -> WholeFrame.of(sink -> encoding.feed(partition, portion, from, sink)));
        return whole.frame().isPresent() ? new SharedFeed(whole, own) : own;
    }

    /** Sends the frame that is there already, if credit reaches for all of it. */
    private final class SharedFeed implements Feed {
        private final WholeFrame whole;
        private final Feed own;
        private boolean sent;
        private boolean begun;

        SharedFeed(WholeFrame whole, Feed own) {
            this.whole = whole;
            this.own = own;
        }

        @Override
        public int send(long most) {
            if (sent) {
                return 0;
            }
            if (begun || whole.count() > most) {
                begun = true;
                return own.send(most);
            }
            sent = true;
            sendRecords(whole.frame().orElseThrow());
            return whole.count();
        }

        @Override
        public long nextOffset() {
            return sent ? whole.nextOffset() : own.nextOffset();
        }
    }

    @Override
    public void assigned(int generation, SortedMap<TopicPartition, OptionalLong> offsets, Optional<String> waiting) {
        outbound.send(frames.assigned(generation, offsets, waiting));
    }

    @Override
    public void revoked(int generation, Set<TopicPartition> partitions) {
        outbound.send(frames.revoked(generation, partitions));
    }

    @Override
    public void failed(TopicPartition partition, BarnabasException failure) {
        outbound.send(frames.error(new FrameId.None(), OptionalInt.of(partition.partition()), failure));
    }

    @Override
    public void ended(BarnabasException reason) {
        outbound.send(frames.ended(reason));
        onEnded.run();
    }

    @Override
    public CompletionStage<Void> received() {
        return outbound.received();
    }
}
