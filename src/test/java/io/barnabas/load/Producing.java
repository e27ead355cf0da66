package io.barnabas.load;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** A thread's share of the producers. */
final class Producing implements Crew.Member {
    /** A producer and who hears of its records. */
    record Share(int producer, Production production) {}

    private final Target target;
    private final String topic;
    private final List<Share> shares;
    private final ProducerLoop loop;
    private final Supplier<Schedule> schedule;
    private Target.Lane lane;

    /**
     * A share that is not connected.
     *
     * @param schedule asked for when all are ready
     */
    Producing(Target target, String topic, List<Share> shares, ProducerLoop loop, Supplier<Schedule> schedule) {
        this.target = target;
        this.topic = topic;
        this.shares = List.copyOf(shares);
        this.loop = loop;
        this.schedule = schedule;
    }

    @Override
    public void prepare() throws IOException {
        lane = target.openLane(topic);
        for (Share share : shares) {
            loop.add(share.producer(), lane.sender(share.production()));
        }
    }

    @Override
    public void run() throws IOException {
        loop.run(lane, schedule.get());
    }

    @Override
    public void close() throws IOException {
        if (lane != null) {
            lane.close();
        }
    }
}
