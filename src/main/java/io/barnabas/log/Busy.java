package io.barnabas.log;

import java.util.function.LongSupplier;

/**
 * Since when one thread is at one piece of work; so that somebody else sees work that never ends. Begun and ended by
 * whoever works, one piece at a time; asked by anyone.
 */
final class Busy {
    private static final long IDLE = 0;

    private final LongSupplier nanoTime;

    /** {@link #IDLE}, or when the work began. Volatile: the one who asks is not the one who works. */
    private volatile long sinceNanos = IDLE;

    Busy(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void begin() {
        long now = nanoTime.getAsLong();
        sinceNanos = now == IDLE ? 1 : now;
    }

    void end() {
        sinceNanos = IDLE;
    }

    /** How long the work goes on; 0 when there is none. */
    long nanos() {
        long since = sinceNanos;
        return since == IDLE ? 0 : Math.max(0, nanoTime.getAsLong() - since);
    }
}
