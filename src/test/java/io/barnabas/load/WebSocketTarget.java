package io.barnabas.load;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Barnabas over WebSocket: one socket a producer and one a consumer, in JSON or in record batches. */
class WebSocketTarget extends BarnabasTarget {
    private final String path;
    private final boolean binary;
    private final RandomGenerator random;

    WebSocketTarget(
            String name,
            BarnabasNodes nodes,
            String path,
            boolean binary,
            Workload workload,
            LongSupplier clock,
            RandomGenerator random) {
        super(name, nodes, workload, clock);
        this.path = path;
        this.binary = binary;
        this.random = random;
    }

    static String protocol(boolean binary) {
        return binary ? "barnabas.binary.v1" : "barnabas.json.v1";
    }

    @Override
    public final Lane openLane(String topic) throws IOException {
        return new WebSocketLane(topic);
    }

    private final class WebSocketLane extends BarnabasLane {
        private final String topic;

        WebSocketLane(String topic) throws IOException {
            super(new EventLoop());
            this.topic = topic;
        }

        @Override
        public Sender sender(Acknowledgements acknowledgements) throws IOException {
            WebSocketUplink uplink = new WebSocketUplink(
                    loop(),
                    nextNode(),
                    path,
                    binary,
                    topic,
                    workload().acks(),
                    workload().batching().inFlight(),
                    random);
            return WebSocketTarget.this.sender(this, uplink, binary, acknowledgements);
        }

        @Override
        public void receive(List<Integer> partitions, Deliveries deliveries) throws IOException {
            WebSocketReceiver receiver = new WebSocketReceiver(
                    loop(),
                    nextNode(),
                    path,
                    binary,
                    topic,
                    partitions,
                    workload().batching().credit(),
                    random,
                    deliveries);
            eachTurn(receiver::pump);
        }
    }
}
