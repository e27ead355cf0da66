package io.barnabas.load;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A path of the server that takes the same requests as {@link HttpTarget} sends, and keeps nothing: how fast HTTP itself
 * is there. What is in a JSON body it may parse. Nothing can be read back.
 */
final class SinkTarget extends BarnabasTarget {
    private final boolean binary;
    private final String path;

    SinkTarget(String name, BarnabasNodes nodes, boolean binary, String path, Workload workload, LongSupplier clock) {
        super(name, nodes, workload, clock);
        this.binary = binary;
        this.path = path;
    }

    @Override
    public boolean readable() {
        return false;
    }

    @Override
    public void createTopic(String topic, int partitions) {
        // It has none.
    }

    @Override
    public void deleteTopic(String topic) {
        // It has none.
    }

    @Override
    public Lane openLane(String topic) throws IOException {
        return new SinkLane();
    }

    private final class SinkLane extends BarnabasLane {
        SinkLane() throws IOException {
            super(new EventLoop());
        }

        @Override
        public Sender sender(Acknowledgements acknowledgements) {
            BarnabasUrl node = nextNode();
            HttpUplink uplink =
                    new HttpUplink(loop(), node, workload().batching(), partition -> node.base() + path, false);
            return SinkTarget.this.sender(this, uplink, binary, acknowledgements);
        }

        @Override
        public void receive(List<Integer> partitions, Deliveries deliveries) {
            throw new IllegalStateException("a sink has nothing to read");
        }
    }
}
