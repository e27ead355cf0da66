package io.barnabas.load;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;

/** Barnabas over HTTP: JSON, or record batches. */
final class HttpTarget extends BarnabasTarget {
    private final boolean binary;

    HttpTarget(String name, BarnabasNodes nodes, boolean binary, Workload workload, LongSupplier clock) {
        super(name, nodes, workload, clock);
        this.binary = binary;
    }

    @Override
    public Lane openLane(String topic) throws IOException {
        return new HttpLane(topic);
    }

    private final class HttpLane extends BarnabasLane {
        private final String topic;

        HttpLane(String topic) throws IOException {
            super(new EventLoop());
            this.topic = topic;
        }

        @Override
        public Sender sender(Acknowledgements acknowledgements) {
            Workload.Batching batching = workload().batching();
            BarnabasUrl node = nextNode();
            HttpUplink uplink = new HttpUplink(
                    loop(),
                    node,
                    batching,
                    HttpUplink.topicPaths(node, topic, workload().acks()),
                    true);
            return HttpTarget.this.sender(this, uplink, binary, acknowledgements);
        }

        @Override
        public void receive(List<Integer> partitions, Deliveries deliveries) throws IOException {
            for (int partition : partitions) {
                BarnabasUrl node = nextNode();
                new HttpReceiver(
                                new HttpConnection(loop(), node),
                                node.base() + "/topics/" + topic,
                                binary,
                                partition,
                                workload().batching().fetchBytes(),
                                deliveries)
                        .poll();
            }
        }
    }
}
