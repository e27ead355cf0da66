package io.barnabas.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * What one producer hears: fills its ledger and the histogram of the time from the intended send to the answer.
 *
 * <p>Written by the thread that hears the answers; counts may be read by any thread, the rest after that one has ended.
 */
final class Production implements Target.Acknowledgements {
    private final Ledger ledger;
    private final LongSupplier clock;
    private final Histogram latency;

    /** Read by the progress line and by whoever waits for the end. */
    private final AtomicLong stored = new AtomicLong();

    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong lastNanos = new AtomicLong();
    private volatile String firstRefusal;

    Production(Ledger ledger, LongSupplier clock, Histogram latency) {
        this.ledger = ledger;
        this.clock = clock;
        this.latency = latency;
    }

    @Override
    public void stored(int sequence, long intendedNanos, int partition, long offset) {
        ledger.stored(sequence, offset);
        long now = clock.getAsLong();
        latency.recordValue(Math.max(0, Math.min(now - intendedNanos, latency.getHighestTrackableValue())));
        lastNanos.lazySet(now);
        stored.lazySet(stored.getPlain() + 1);
    }

    @Override
    public void refused(int sequence, String reason) {
        ledger.refused(sequence);
        refused.lazySet(refused.getPlain() + 1);
        if (firstRefusal == null) {
            firstRefusal = reason;
        }
    }

    Ledger ledger() {
        return ledger;
    }

    Histogram latency() {
        return latency;
    }

    long storedCount() {
        return stored.get();
    }

    long refusedCount() {
        return refused.get();
    }

    /** When the last record was stored, or 0. */
    long lastNanos() {
        return lastNanos.get();
    }

    /** Why the first refused record was, or null. */
    String firstRefusal() {
        return firstRefusal;
    }
}
