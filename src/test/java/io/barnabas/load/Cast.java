package io.barnabas.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * Everybody in one trial: a {@link Production} a producer and a {@link Reading} a consumer, dealt to threads. Readings of
 * one thread share a histogram, so that a thousand consumers need no thousand of them.
 */
final class Cast {
    private static final long MAX_LATENCY_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Workload workload;
    private final int threads;
    private final List<Production> productions = new ArrayList<>();
    private final List<Reading> readings = new ArrayList<>();
    private final List<Histogram> deliveries = new ArrayList<>();

    Cast(Workload workload, Payload payload, Keys keys, int threads, LongSupplier clock) {
        this.workload = workload;
        this.threads = threads;
        for (int producer = 0; producer < workload.producers(); producer++) {
            productions.add(new Production(new Ledger(workload.recordsOf(producer)), clock, histogram()));
        }
        for (int thread = 0; thread < consumerThreads(); thread++) {
            deliveries.add(histogram());
        }
        for (int consumer = 0; consumer < workload.consumers(); consumer++) {
            Histogram delivery = deliveries.get(consumer % consumerThreads());
            readings.add(new Reading(workload, payload, keys, clock, delivery));
        }
    }

    int producerThreads() {
        return Math.min(threads, workload.producers());
    }

    int consumerThreads() {
        return Math.min(threads, workload.consumers());
    }

    List<Producing.Share> producersOf(int thread) {
        return IntStream.range(0, workload.producers())
                .filter(producer -> producer % producerThreads() == thread)
                .mapToObj(producer -> new Producing.Share(producer, productions.get(producer)))
                .toList();
    }

    List<Consuming.Share> consumersOf(int thread) {
        return IntStream.range(0, workload.consumers())
                .filter(consumer -> consumer % consumerThreads() == thread)
                .mapToObj(consumer -> new Consuming.Share(partitionsOf(consumer), readings.get(consumer)))
                .toList();
    }

    List<Production> productions() {
        return productions;
    }

    List<Reading> readings() {
        return readings;
    }

    long stored() {
        return productions.stream().mapToLong(Production::storedCount).sum();
    }

    long refused() {
        return productions.stream().mapToLong(Production::refusedCount).sum();
    }

    long read() {
        return readings.stream().mapToLong(Reading::count).sum();
    }

    /** How much will have been read when all that is stored has been. */
    long toRead() {
        return stored() * (workload.fanOut() ? workload.consumers() : Math.min(1, workload.consumers()));
    }

    long lastStoredNanos(long otherwise) {
        return latest(productions.stream().mapToLong(Production::lastNanos).toArray(), otherwise);
    }

    long lastReadNanos(long otherwise) {
        return latest(readings.stream().mapToLong(Reading::lastNanos).toArray(), otherwise);
    }

    /** Only after all threads have ended, as the next. */
    Histogram answered() {
        return merged(productions.stream().map(Production::latency).toList());
    }

    Histogram delivered() {
        return merged(deliveries);
    }

    private List<Integer> partitionsOf(int consumer) {
        return IntStream.range(0, workload.partitions())
                .filter(partition -> workload.reads(consumer, partition))
                .boxed()
                .toList();
    }

    private static long latest(long[] nanos, long otherwise) {
        long latest = 0;
        boolean any = false;
        for (long each : nanos) {
            if (each != 0 && (!any || each - latest > 0)) {
                latest = each;
                any = true;
            }
        }
        return any ? latest : otherwise;
    }

    private static Histogram merged(List<Histogram> parts) {
        Histogram whole = histogram();
        parts.forEach(whole::add);
        return whole;
    }

    private static Histogram histogram() {
        return new Histogram(MAX_LATENCY_NANOS, SIGNIFICANT_DIGITS);
    }
}
