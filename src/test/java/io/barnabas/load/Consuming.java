package io.barnabas.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A thread's share of the consumers: reads until it is told to stop. */
final class Consuming implements Crew.Member {
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A consumer's partitions and who hears of what it reads. */
    record Share(List<Integer> partitions, Reading reading) {
        Share {
            partitions = List.copyOf(partitions);
        }
    }

    private final Target target;
    private final String topic;
    private final List<Share> shares;
    private final BooleanSupplier stopped;
    private Target.Lane lane;

    Consuming(Target target, String topic, List<Share> shares, BooleanSupplier stopped) {
        this.target = target;
        this.topic = topic;
        this.shares = List.copyOf(shares);
        this.stopped = stopped;
    }

    @Override
    public void prepare() throws IOException {
        lane = target.openLane(topic);
    }

    @Override
    public void run() throws IOException {
        for (Share share : shares) {
            if (!share.partitions().isEmpty()) {
                lane.receive(share.partitions(), share.reading());
            }
        }
        while (!stopped.getAsBoolean()) {
            lane.turn(WAIT_NANOS);
        }
    }

    @Override
    public void close() throws IOException {
        if (lane != null) {
            lane.close();
        }
    }
}
