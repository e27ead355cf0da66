package io.barnabas.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** One thread's producers: sends what is due until all is answered. Confined to that thread. */
final class ProducerLoop {
    /** Records of one producer before the others and the sockets get a turn. */
    private static final int BURST = 64;

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Workload workload;
    private final Payload payload;
    private final Keys keys;
    private final LongSupplier clock;
    private final BooleanSupplier stopped;
    private final byte[] value;
    private final List<Turn> turns = new ArrayList<>();

    /** A producer's place in its sequence. */
    private static final class Turn {
        private final int producer;
        private final Target.Sender sender;
        private final int end;
        private int next;

        Turn(int producer, Target.Sender sender, int end) {
            this.producer = producer;
            this.sender = sender;
            this.end = end;
        }
    }

    ProducerLoop(Workload workload, Payload payload, Keys keys, LongSupplier clock, BooleanSupplier stopped) {
        this.workload = workload;
        this.payload = payload;
        this.keys = keys;
        this.clock = clock;
        this.stopped = stopped;
        this.value = new byte[payload.recordBytes()];
    }

    void add(int producer, Target.Sender sender) {
        turns.add(new Turn(producer, sender, workload.recordsOf(producer)));
    }

    /** Returns when everything is answered, or when the trial is stopped. */
    void run(Target.Lane lane, Schedule schedule) throws IOException {
        boolean more = true;
        while (more && !stopped.getAsBoolean()) {
            long wait = IDLE_NANOS;
            more = false;
            for (Turn turn : turns) {
                if (turn.next < turn.end) {
                    wait = Math.min(wait, burst(turn, schedule));
                    more |= turn.next < turn.end;
                }
            }
            lane.turn(wait);
        }
        for (Turn turn : turns) {
            turn.sender.finish();
        }
        while (unanswered() && !stopped.getAsBoolean()) {
            lane.turn(IDLE_NANOS);
        }
    }

    /** Sends what is due and what there is room for; returns how long until more is. */
    private long burst(Turn turn, Schedule schedule) throws IOException {
        for (int i = 0; i < BURST && turn.next < turn.end; i++) {
            if (!turn.sender.hasRoom()) {
                return IDLE_NANOS;
            }
            long due = schedule.dueNanos(turn.producer, turn.next);
            if (!schedule.flatOut()) {
                long left = due - clock.getAsLong();
                if (left > 0) {
                    return left;
                }
            }
            int sequence = turn.next++;
            payload.write(value, turn.producer, sequence, due);
            turn.sender.send(keys.partition(turn.producer, sequence), keys.key(sequence), value, sequence, due);
        }
        return 0;
    }

    private boolean unanswered() {
        for (Turn turn : turns) {
            if (turn.sender.unanswered() > 0) {
                return true;
            }
        }
        return false;
    }
}
