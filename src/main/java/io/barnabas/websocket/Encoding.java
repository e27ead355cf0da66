package io.barnabas.websocket;

import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.TopicPartition;
import java.util.function.Consumer;

/** How a subscription's records look on the socket. Confined to one subscription's turns. */
interface Encoding {
    /** The records of one portion at or above {@code from}, frame by frame. */
    Outlet.Feed feed(TopicPartition partition, Portion portion, long from, Consumer<Message> frames);

    /** Equal for encodings that make the same frames of the same portion from the same offset on. */
    Object form(long from);

    /** Whether this many bytes of batches are likely to fit one frame. */
    boolean fitsOneFrame(int batchesBytes);
}
