package io.barnabas.load;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * One measured run of a workload on a target, on a topic of its own: writes, reads back, checks. With {@code together},
 * consumers read while producers write; otherwise they read everything afterwards.
 *
 * <p>The thread that calls {@link #run} watches; each of the crews' threads has a lane of its own. Good for one run.
 */
final class Trial {
    /** How long many subscribers have to connect before the first record is sent. */
    private static final long JOINING_MS = 5_000;

    private static final long WATCH_MS = 20;
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long AFTERMATH_MS = 200;
    private static final double RATE_TOLERANCE = 0.02;

    private final Target target;
    private final Workload workload;
    private final LongSupplier clock;
    private final PrintStream out;
    private final Payload payload;
    private final Keys keys;
    private final Cast cast;
    private final Meter meter;
    private final List<String> faults = new ArrayList<>();
    private long deadlineNanos;

    /** A trial with at most so many threads for producers, and as many for consumers. */
    Trial(Target target, Workload workload, int threads, LongSupplier clock, ProcessCpu cpu, PrintStream out) {
        this.target = requireNonNull(target, "target");
        this.workload = requireNonNull(workload, "workload");
        this.clock = requireNonNull(clock, "clock");
        this.out = requireNonNull(out, "out");
        this.payload = new Payload(workload.recordBytes());
        this.keys = new Keys(workload.keys(), workload.partitions());
        this.cast = new Cast(workload, payload, keys, threads, clock);
        this.meter = new Meter(cpu, target.localPorts(), workload.recordBytes());
    }

    /** Runs it on a topic that is made for it and deleted afterwards. */
    TrialResult run(String topic) throws IOException, InterruptedException {
        target.createTopic(topic, workload.partitions());
        TrialResult result;
        try {
            result = measure(topic);
        } catch (IOException | RuntimeException e) {
            deleteAfter(e, topic);
            throw e;
        }
        target.deleteTopic(topic);
        return result;
    }

    private void deleteAfter(Exception failure, String topic) {
        try {
            target.deleteTopic(topic);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private TrialResult measure(String topic) throws IOException, InterruptedException {
        deadlineNanos = clock.getAsLong() + TimeUnit.SECONDS.toNanos(workload.maxSeconds());
        boolean reads = target.readable() && workload.consumers() > 0;
        TrialResult.Phase produced;
        TrialResult.Phase read = null;
        if (reads && workload.together()) {
            Crew consumers = consumers(topic);
            try {
                consumers.prepare();
                long start = clock.getAsLong();
                consumers.start();
                if (workload.fanOut()) { // or the first latencies would be those of joining
                    consumers.await(JOINING_MS);
                }
                produced = produce(topic, consumers);
                awaitReading(consumers, start);
                read = meter.read(cast, start);
                awaitAftermath(consumers);
            } finally {
                consumers.end();
            }
        } else {
            produced = produce(topic, null);
            if (reads) {
                read = readBack(topic);
            }
        }
        return result(produced, read);
    }

    private TrialResult.Phase produce(String topic, Crew consumers) throws IOException, InterruptedException {
        List<Producing> work = new ArrayList<>();
        Crew[] crew = new Crew[1];
        long[] start = new long[1];
        for (int thread = 0; thread < cast.producerThreads(); thread++) {
            ProducerLoop loop = new ProducerLoop(workload, payload, keys, clock, () -> crew[0].stopped());
            work.add(new Producing(target, topic, cast.producersOf(thread), loop, () -> schedule(start[0])));
        }
        crew[0] = new Crew("producer", work);
        try {
            crew[0].prepare();
            meter.begin();
            start[0] = clock.getAsLong();
            crew[0].start();
            Progress progress = new Progress(out, target.name(), start[0]);
            while (!crew[0].await(WATCH_MS)) {
                progress.show(clock.getAsLong(), cast.stored(), cast.refused(), cast.read());
                if (overdue("writing") || (consumers != null && consumers.await(0))) {
                    crew[0].stop();
                }
            }
        } finally {
            crew[0].end();
        }
        checkRate(start[0]);
        return meter.produced(cast, start[0]);
    }

    private Schedule schedule(long startNanos) {
        return new Schedule(clock, startNanos, workload.producers(), workload.ratePerSecond());
    }

    private TrialResult.Phase readBack(String topic) throws IOException, InterruptedException {
        Crew consumers = consumers(topic);
        try {
            consumers.prepare();
            meter.begin();
            long start = clock.getAsLong();
            consumers.start();
            awaitReading(consumers, start);
            TrialResult.Phase read = meter.read(cast, start);
            awaitAftermath(consumers);
            return read;
        } finally {
            consumers.end();
        }
    }

    private Crew consumers(String topic) {
        Crew[] crew = new Crew[1];
        List<Consuming> work = IntStream.range(0, cast.consumerThreads())
                .mapToObj(thread -> new Consuming(target, topic, cast.consumersOf(thread), () -> crew[0].stopped()))
                .toList();
        crew[0] = new Crew("consumer", work);
        return crew[0];
    }

    /** Until everything stored is read, or nothing comes any more. */
    private void awaitReading(Crew consumers, long startNanos) throws IOException, InterruptedException {
        Progress progress = new Progress(out, target.name(), startNanos);
        while (cast.read() < cast.toRead() && !consumers.await(WATCH_MS)) {
            long now = clock.getAsLong();
            progress.show(now, cast.stored(), cast.refused(), cast.read());
            if (overdue("reading")) {
                return;
            }
            long quiet = now - Math.max(cast.lastReadNanos(startNanos), cast.lastStoredNanos(startNanos));
            if (quiet > QUIET_NANOS) {
                faults.add("nothing more was read for " + TimeUnit.NANOSECONDS.toSeconds(QUIET_NANOS) + " s, "
                        + (cast.toRead() - cast.read()) + " records short");
                return;
            }
        }
    }

    /** A record that comes after the last one is one too many; give it time to. */
    private static void awaitAftermath(Crew consumers) throws IOException, InterruptedException {
        consumers.await(AFTERMATH_MS);
    }

    private boolean overdue(String what) {
        if (clock.getAsLong() - deadlineNanos < 0) {
            return false;
        }
        faults.add(what + " was not done within " + workload.maxSeconds() + " s");
        return true;
    }

    private void checkRate(long startNanos) {
        if (workload.ratePerSecond() == 0 || cast.stored() == 0) {
            return;
        }
        double planned = (double) workload.records() / workload.ratePerSecond();
        double took = (cast.lastStoredNanos(startNanos) - startNanos) / 1e9;
        if (took > planned * (1 + RATE_TOLERANCE) + 1) {
            faults.add(String.format("the rate was missed: %.1f s instead of %.1f s", took, planned));
        }
    }

    private TrialResult result(TrialResult.Phase produced, TrialResult.Phase read) {
        if (cast.refused() > 0) {
            String why = cast.productions().stream()
                    .map(Production::firstRefusal)
                    .filter(reason -> reason != null)
                    .findFirst()
                    .orElse("");
            faults.add(cast.refused() + " records were refused: " + why);
        }
        long unanswered = workload.records() - cast.stored() - cast.refused();
        if (unanswered > 0) {
            faults.add(unanswered + " records were not answered for");
        }
        Findings findings = Checker.check(
                keys,
                cast.productions().stream().map(Production::ledger).toList(),
                read == null ? List.of() : cast.readings(),
                !workload.fanOut());
        boolean delivered = read != null && workload.together();
        return new TrialResult(
                target.name(),
                workload,
                produced,
                read,
                cast.answered(),
                delivered ? cast.delivered() : null,
                findings,
                faults);
    }
}
