package io.barnabas.log;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Holds work back so that it moves no more than so many bytes per second, over seconds. Confined to one thread. */
public final class Throttle {
    private static final long PAUSE_MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long CREDIT_MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private final Pause pause;

    /** When all that was moved so far is paid for. */
    private long paidNanos;

    /** Waits for so many nanoseconds, or less. */
    public interface Pause {
        Pause PARKED = LockSupport::parkNanos;

        void nanos(long nanos);
    }

    public Throttle(long bytesPerSecond, LongSupplier nanoTime, Pause pause) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.paidNanos = nanoTime.getAsLong();
    }

    /** Accounts for bytes that were moved, and waits until they are paid for or {@code given up}. */
    public void moved(long bytes, BooleanSupplier givenUp) {
        long now = nanoTime.getAsLong();
        paidNanos = Math.max(paidNanos, now - CREDIT_MOST_NANOS);
        paidNanos += (long) (bytes * (1e9 / bytesPerSecond));
        while (paidNanos > now
                && !givenUp.getAsBoolean()
                && !Thread.currentThread().isInterrupted()) {
            pause.nanos(Math.min(paidNanos - now, PAUSE_MOST_NANOS));
            now = nanoTime.getAsLong();
        }
    }
}
