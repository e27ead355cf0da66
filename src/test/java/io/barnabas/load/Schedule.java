package io.barnabas.load;

import java.util.function.LongSupplier;

/**
 * When each record is meant to be sent. At a rate, the records of all producers are spread evenly over time, producers in
 * turn, and a late record does not move those behind it: latency is counted from here, so a stall is charged to every
 * record that had to wait for it. Flat out, a record is due when it is asked for. Thread-safe.
 *
 * @param startNanos when record 0 of producer 0 is due, on the scale of {@code clock}
 * @param ratePerSecond of all producers together; 0 is flat out
 */
record Schedule(LongSupplier clock, long startNanos, int producers, long ratePerSecond) {
    private static final double NANOS_PER_SECOND = 1e9;

    boolean flatOut() {
        return ratePerSecond == 0;
    }

    long dueNanos(int producer, int sequence) {
        if (flatOut()) {
            return clock.getAsLong();
        }
        double index = (double) sequence * producers + producer;
        return startNanos + (long) (index * NANOS_PER_SECOND / ratePerSecond);
    }
}
