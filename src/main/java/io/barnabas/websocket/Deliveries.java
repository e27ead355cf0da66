package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.subscription.Outlet;
import io.barnabas.record.TopicPartition;
import java.util.function.LongSupplier;

/** Tells what one subscription sends and how long it took. Confined to the subscription's turns. */
final class Deliveries {
    private final Protocol protocol;
    private final LongSupplier nanoTime;
    private final ClientEvents events;
    private long readBeganNanos;
    private long frameBytes;

    Deliveries(Protocol protocol, LongSupplier nanoTime, ClientEvents events) {
        this.protocol = requireNonNull(protocol, "protocol");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.events = requireNonNull(events, "events");
    }

    /** A read begins; when. */
    long reading() {
        return nanoTime.getAsLong();
    }

    /** What is sent next was read since then. */
    void sending(long beganNanos) {
        readBeganNanos = beganNanos;
    }

    /** A frame of records goes out. */
    void frame(int bytes) {
        frameBytes += bytes;
    }

    void starving(boolean starving) {
        if (starving) {
            events.starvationBegan();
        } else {
            events.starvationEnded();
        }
    }

    /** The feed, with what it sends told. */
    Outlet.Feed counted(TopicPartition partition, Outlet.Feed feed) {
        return new Outlet.Feed() {
            @Override
            public int send(long most) {
                long before = frameBytes;
                int records = feed.send(most);
                if (records > 0) {
                    events.delivered(protocol, partition.topic(), records, frameBytes - before);
                    events.fetched(protocol, ClientEvents.Wait.PUSH, nanoTime.getAsLong() - readBeganNanos);
                }
                return records;
            }

            @Override
            public long nextOffset() {
                return feed.nextOffset();
            }
        };
    }
}
