package io.barnabas.load;

import io.barnabas.load.Findings.Kind;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * What one consumer read, checked as it comes: every value to its last byte, offsets dense from 0, each producer's records
 * in order within a partition, none twice. What needs the producers' side as well is left to {@link Checker}.
 *
 * <p>Confined to the thread that reads, but for {@link #count} and {@link #lastNanos}; others look at the rest after that
 * thread has ended.
 */
final class Reading implements Target.Deliveries {
    private static final int UNREAD = -1;

    private final Payload payload;
    private final Keys keys;
    private final LongSupplier clock;
    private final Histogram latency;
    private final int[][] offsets;
    private final int partitionCount;
    private final int[] lastSequences;
    private final long[] nextOffsets;
    private final Findings findings = new Findings();

    /** Read by the progress line while the consumer runs. */
    private final AtomicLong count = new AtomicLong();

    /** Read by whoever waits for the end of reading. */
    private final AtomicLong lastNanos = new AtomicLong();

    /** Written once each; volatile because the trial's watcher reads them while the consumer runs. */
    private volatile long firstNanos;

    private volatile long firstCount;

    private long arrivedNanos;

    /**
     * A reading of nothing yet.
     *
     * @param workload what producers send
     * @param latency takes nanoseconds from the intended send time; written by this reading's thread
     */
    Reading(Workload workload, Payload payload, Keys keys, LongSupplier clock, Histogram latency) {
        this.payload = payload;
        this.keys = keys;
        this.clock = clock;
        this.latency = latency;
        this.partitionCount = workload.partitions();
        offsets = new int[workload.producers()][];
        for (int producer = 0; producer < offsets.length; producer++) {
            offsets[producer] = new int[workload.recordsOf(producer)];
            Arrays.fill(offsets[producer], UNREAD);
        }
        lastSequences = new int[workload.producers() * partitionCount];
        Arrays.fill(lastSequences, UNREAD);
        nextOffsets = new long[partitionCount];
    }

    /** Whole records read, damaged ones too. Any thread may ask. */
    long count() {
        return count.get();
    }

    /** When the last record came, or 0. Any thread may ask. */
    long lastNanos() {
        return lastNanos.get();
    }

    /** When something came first, or 0. Any thread may ask, as below. */
    long firstNanos() {
        return firstNanos;
    }

    /** Records that came at {@link #firstNanos}; 0 when nothing came after them. */
    long firstCount() {
        return firstCount;
    }

    Findings findings() {
        return findings;
    }

    boolean has(int producer, int sequence) {
        return offsets[producer][sequence] != UNREAD;
    }

    /** Where the record was read; only for one that this {@link #has}. */
    int offset(int producer, int sequence) {
        return offsets[producer][sequence];
    }

    @Override
    public void arrived() {
        arrivedNanos = clock.getAsLong();
        if (firstNanos == 0) {
            firstNanos = arrivedNanos;
        } else if (firstCount == 0) {
            firstCount = count.getPlain();
        }
        lastNanos.lazySet(arrivedNanos);
    }

    @Override
    public void record(
            int partition,
            long offset,
            byte[] key,
            int keyAt,
            int keyLength,
            byte[] value,
            int valueAt,
            int valueLength) {
        count.lazySet(count.getPlain() + 1);
        checkDense(partition, offset);
        if (!payload.intact(value, valueAt, valueLength)) {
            damaged(partition, "value at offset " + offset);
            return;
        }
        int producer = Payload.producer(value, valueAt);
        long sequence = Payload.sequence(value, valueAt);
        if (producer >= offsets.length
                || sequence >= offsets[producer].length
                || keys.partition(producer, (int) sequence) != partition) {
            findings.add(Kind.STRAY, place(producer, sequence, partition, offset));
            return;
        }
        if (!keys.matches((int) sequence, key, keyAt, keyLength)) {
            damaged(partition, "key at offset " + offset);
        }
        remember(producer, (int) sequence, partition, offset);
        checkOrder(producer, (int) sequence, partition, offset);
        latency.recordValue(Math.max(
                0, Math.min(arrivedNanos - Payload.intendedNanos(value, valueAt), latency.getHighestTrackableValue())));
    }

    @Override
    public void damaged(int partition, String what) {
        findings.add(Kind.DAMAGED, "partition " + partition + ": " + what);
    }

    private void checkDense(int partition, long offset) {
        long expected = nextOffsets[partition];
        if (offset != expected) {
            findings.add(
                    Kind.GAP, "partition " + partition + ": offset " + offset + " where " + expected + " was next");
        }
        nextOffsets[partition] = offset + 1;
    }

    private void checkOrder(int producer, int sequence, int partition, long offset) {
        int slot = producer * partitionCount + partition;
        int last = lastSequences[slot];
        if (sequence < last) {
            findings.add(Kind.REORDERED, place(producer, sequence, partition, offset) + " after sequence " + last);
        } else {
            lastSequences[slot] = sequence;
        }
    }

    private void remember(int producer, int sequence, int partition, long offset) {
        int known = offsets[producer][sequence];
        if (known == UNREAD) {
            offsets[producer][sequence] = (int) offset;
        } else {
            findings.add(Kind.DUPLICATE, place(producer, sequence, partition, offset) + " and at offset " + known);
        }
    }

    private static String place(int producer, long sequence, int partition, long offset) {
        return "producer " + producer + " sequence " + sequence + " in partition " + partition + " at offset " + offset;
    }
}
