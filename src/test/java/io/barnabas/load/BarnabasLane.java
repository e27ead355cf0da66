package io.barnabas.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the lanes of all Barnabas targets share: the loop, and the work of each turn. Subclasses say how senders and
 * receivers are connected. Confined to one thread.
 */
abstract class BarnabasLane implements Target.Lane {
    /** Something a sender or receiver does each turn; tells how long until it wants another, at most. */
    interface Pump {
        long pump() throws IOException;
    }

    private final EventLoop loop;
    private final List<Pump> pumps = new ArrayList<>();

    BarnabasLane(EventLoop loop) {
        this.loop = loop;
    }

    final void eachTurn(Pump pump) {
        pumps.add(pump);
    }

    final EventLoop loop() {
        return loop;
    }

    @Override
    public final void turn(long waitNanos) throws IOException {
        loop.turn(Math.min(waitNanos, pump()));
        pump();
    }

    @Override
    public final void close() throws IOException {
        loop.close();
    }

    private long pump() throws IOException {
        long wait = Long.MAX_VALUE;
        for (Pump pump : pumps) {
            wait = Math.min(wait, pump.pump());
        }
        return wait;
    }
}
