package io.barnabas.log;

import io.barnabas.record.Acks;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Durable appends, the same number in flight, spread in turn over one partition or many; rounds are interleaved. */
@Command(name = "durable", mixinStandardHelpOptions = true, description = "acks=all over one partition and over many")
final class DurableBench implements Callable<Integer> {
    @Option(names = "--partitions", split = ",", defaultValue = "1,16,256")
    private List<Integer> partitions;

    @Option(names = "--in-flight", defaultValue = "256")
    private int inFlight;

    @Option(names = "--bytes", defaultValue = "1024", description = "of a batch")
    private int bytes;

    @Option(names = "--rounds", defaultValue = "5")
    private int rounds;

    @Option(names = "--round-ms", defaultValue = "3000")
    private int roundMs;

    @Option(names = "--acks", defaultValue = "all", converter = AcksOption.class)
    private Acks acks;

    @Option(names = "--journal-range-bytes", defaultValue = "0", description = "0: the default")
    private int journalRangeBytes;

    @Option(names = "--folder", defaultValue = "target")
    private Path parent;

    private final LongAdder forces = new LongAdder();
    private final LongAdder forceNanos = new LongAdder();
    private final LongAdder segmentForces = new LongAdder();

    private final LogEvents events = new LogEvents() {
        @Override
        public void journalForced(long nanos, int logs, long forced) {
            forces.increment();
            forceNanos.add(nanos);
        }

        @Override
        public void segmentForced(LogId id, long nanos) {
            segmentForces.increment();
        }
    };

    @Override
    public Integer call() throws InterruptedException {
        Path folder = LogBench.folder(parent);
        System.out.printf(
                "durable: batches of %d bytes, %d in flight, acks=%s; load average %s%n",
                bytes, inFlight, acks, LogBench.load());
        try (LogBench.Running running = LogBench.Running.start(folder, settings(), events)) {
            int most = partitions.stream().mapToInt(Integer::intValue).max().orElseThrow();
            List<PartitionLog> logs =
                    running.open(IntStream.range(0, most).boxed().toList());
            Map<Integer, List<Double>> rates = new LinkedHashMap<>();
            for (int round = -1; round < rounds; round++) {
                for (int count : partitions) {
                    double rate = round(logs.subList(0, count));
                    if (round >= 0) { // the first is the warm-up
                        rates.computeIfAbsent(count, absent -> new ArrayList<>())
                                .add(rate);
                    }
                }
            }
            print(rates);
        } finally {
            LogBench.remove(folder);
        }
        return 0;
    }

    private EmbeddedLogSettings settings() {
        EmbeddedLogSettings defaults = EmbeddedLogSettings.DEFAULTS;
        return journalRangeBytes == 0 ? defaults : BenchSettings.journalRange(defaults, journalRangeBytes);
    }

    private double round(List<PartitionLog> logs) throws InterruptedException {
        ByteBuffer batch = LogBench.batch(bytes);
        Semaphore room = new Semaphore(inFlight);
        AtomicBoolean failed = new AtomicBoolean();
        LongAdder done = new LongAdder();
        long forcesBefore = forces.sum();
        long nanosBefore = forceNanos.sum();
        long segmentsBefore = segmentForces.sum();
        long start = System.nanoTime();
        long end = start + roundMs * 1_000_000L;
        for (int i = 0; System.nanoTime() < end && !failed.get(); i++) {
            room.acquire();
            var unused = logs.get(i % logs.size())
                    .append(LogBench.copy(batch), acks)
                    .whenComplete((result, failure) -> {
                        room.release();
                        done.increment();
                        failed.compareAndSet(false, failure != null);
                    });
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double rate = done.sum() / seconds;
        room.acquire(inFlight);
        if (failed.get()) {
            throw new IllegalStateException("an append failed");
        }
        long journal = forces.sum() - forcesBefore;
        System.out.printf(
                "  %4d partitions: %,9.0f appends/s %7.1f MB/s, %6.0f forces/s of %.2f ms, %4.0f segment forces/s%n",
                logs.size(),
                rate,
                rate * batch.remaining() / 1e6,
                journal / seconds,
                (forceNanos.sum() - nanosBefore) / 1e6 / Math.max(1, journal),
                (segmentForces.sum() - segmentsBefore) / seconds);
        return rate;
    }

    private void print(Map<Integer, List<Double>> rates) {
        List<Double> first = rates.get(partitions.get(0));
        rates.forEach((count, each) -> {
            List<Double> ratios = IntStream.range(0, each.size())
                    .mapToObj(round -> each.get(round) / first.get(round))
                    .toList();
            System.out.printf(
                    "%4d partitions: median %,.0f appends/s, over %d partitions %s%n",
                    count, LogBench.median(each), partitions.get(0), LogBench.spread(ratios));
        });
    }
}
