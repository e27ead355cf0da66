package io.barnabas.websocket;

import io.barnabas.broker.subscription.Outlet;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.record.TopicPartition;
import java.util.function.Consumer;

/** Records as they are stored, whole batches in binary frames. */
final class BinaryEncoding implements Encoding {
    private final int maxFrameBytes;

    BinaryEncoding(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    private record Form(long from) {}

    @Override
    public Outlet.Feed feed(TopicPartition partition, Portion portion, long from, Consumer<Message> frames) {
        return new BinaryFeed(partition, portion, from, maxFrameBytes, frames);
    }

    @Override
    public Object form(long from) {
        return new Form(from);
    }

    @Override
    public boolean fitsOneFrame(int batchesBytes) {
        return batchesBytes <= maxFrameBytes;
    }
}
