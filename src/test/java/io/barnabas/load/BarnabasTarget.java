package io.barnabas.load;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the targets on a Barnabas server share: its topics and how producers are put together. */
abstract class BarnabasTarget implements Target {
    private final String name;
    private final BarnabasNodes nodes;
    private final Workload workload;
    private final LongSupplier clock;

    BarnabasTarget(String name, BarnabasNodes nodes, Workload workload, LongSupplier clock) {
        this.name = name;
        this.nodes = nodes;
        this.workload = workload;
        this.clock = clock;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final List<Integer> localPorts() {
        return nodes.localPorts();
    }

    @Override
    public void createTopic(String topic, int partitions) throws IOException {
        try (BarnabasAdmin admin = new BarnabasAdmin(nodes.first(), clock)) {
            admin.createTopic(topic, partitions);
        }
    }

    @Override
    public void deleteTopic(String topic) throws IOException {
        try (BarnabasAdmin admin = new BarnabasAdmin(nodes.first(), clock)) {
            admin.deleteTopic(topic);
        }
    }

    @Override
    public final void close() {
        // Connections belong to lanes, which their threads close.
    }

    /** The node of another producer or consumer. */
    final BarnabasUrl nextNode() {
        return nodes.next();
    }

    final Workload workload() {
        return workload;
    }

    /** A sender on this uplink, as the workload wants its records put together, whose work is done each turn. */
    final Sender sender(BarnabasLane lane, Uplink uplink, boolean binary, Acknowledgements acknowledgements) {
        Workload.Batching batching = workload.batching();
        BarnabasSender sender = new BarnabasSender(
                uplink,
                binary
                        ? () -> new BatchEncoding(batching.compression(), batching.batchBytes(), Clock.systemUTC())
                        : () -> new JsonEncoding(batching.requestRecords()),
                binary,
                TimeUnit.MILLISECONDS.toNanos(batching.lingerMs()),
                clock,
                acknowledgements);
        lane.eachTurn(sender::pump);
        return sender;
    }
}
