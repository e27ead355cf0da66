package io.barnabas.broker.subscription;

import java.util.concurrent.TimeUnit;

/** Something that is due every so often, for whoever is asked from time to time. Confined to one thread at a time. */
final class Repeat {
    private final long intervalNanos;
    private boolean running;
    private long lastNanos;

    Repeat(long intervalMs) {
        this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMs);
    }

    /** Whether the interval has passed since it was last due; the first call only starts it. */
    boolean due(long nanoTime) {
        if (!running) {
            running = true;
            lastNanos = nanoTime;
            return false;
        }
        if (nanoTime - lastNanos < intervalNanos) {
            return false;
        }
        lastNanos = nanoTime;
        return true;
    }
}
