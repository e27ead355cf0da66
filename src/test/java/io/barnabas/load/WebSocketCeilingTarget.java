package io.barnabas.load;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A path of the server that takes and sends the frames of {@link WebSocketTarget}, in batches, without a log behind it:
 * how fast WebSocket itself is there. A sink cannot be read back; a source gives back what is in its memory, in order.
 */
final class WebSocketCeilingTarget extends WebSocketTarget {
    private final boolean source;

    WebSocketCeilingTarget(
            String name,
            BarnabasNodes nodes,
            boolean source,
            Workload workload,
            LongSupplier clock,
            RandomGenerator random) {
        super(name, nodes, source ? "/ws/source" : "/ws/sink", true, workload, clock, random);
        this.source = source;
    }

    @Override
    public boolean readable() {
        return source;
    }

    @Override
    public void createTopic(String topic, int partitions) {
        // It has none: the newest name is what it keeps.
    }

    @Override
    public void deleteTopic(String topic) {
        // It has none.
    }
}
