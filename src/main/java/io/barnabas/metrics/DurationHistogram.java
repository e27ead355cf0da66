package io.barnabas.metrics;

import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.microprofile.metrics.Tag;

/**
 * How long something took, in buckets that only grow, as Prometheus needs them to tell quantiles over any time and any
 * number of nodes. Shown as {@code NAME_bucket{le=...}}, {@code NAME_count} and {@code NAME_sum}, in seconds.
 *
 * <p>Not a histogram of MicroProfile Metrics: the server keeps a sample of about a thousand values and counts its buckets
 * in that, so that they shrink, and takes a lock for each value. These are adders, shown one by one; the server calls
 * their type {@code gauge}, which Prometheus' functions do not mind.
 */
final class DurationHistogram {
    private static final double[] BOUNDS_SECONDS = {
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
    };
    private static final long[] BOUNDS_NANOS = nanos();
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LongAdder[] buckets = new LongAdder[BOUNDS_NANOS.length + 1];
    private final LongAdder sumNanos = new LongAdder();

    private DurationHistogram() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    private static long[] nanos() {
        long[] nanos = new long[BOUNDS_SECONDS.length];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = Math.round(BOUNDS_SECONDS[i] * 1e9);
        }
        return nanos;
    }

    /** @param name ends in {@code _seconds} */
    static DurationHistogram shown(Exposition exposition, String name, String help, Tag... labels) {
        DurationHistogram histogram = new DurationHistogram();
        for (int i = 0; i < histogram.buckets.length; i++) {
            int last = i;
            String bound = i < BOUNDS_SECONDS.length ? shortest(BOUNDS_SECONDS[i]) : "+Inf";
            exposition.gauge(name + "_bucket", help, () -> histogram.upTo(last), with(labels, new Tag("le", bound)));
        }
        exposition.gauge(name + "_count", help, () -> histogram.upTo(BOUNDS_SECONDS.length), labels);
        exposition.gauge(name + "_sum", help, () -> histogram.sumNanos.sum() / NANOS_PER_SECOND, labels);
        return histogram;
    }

    private static String shortest(double bound) {
        return new BigDecimal(Double.toString(bound)).stripTrailingZeros().toPlainString();
    }

    private static Tag[] with(Tag[] labels, Tag more) {
        Tag[] all = new Tag[labels.length + 1];
        System.arraycopy(labels, 0, all, 0, labels.length);
        all[labels.length] = more;
        return all;
    }

    /** From any thread. */
    void add(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        buckets[bucket].increment();
        sumNanos.add(Math.max(0, nanos));
    }

    private double upTo(int last) {
        long count = 0;
        for (int i = 0; i <= last; i++) {
            count += buckets[i].sum();
        }
        return count;
    }
}
