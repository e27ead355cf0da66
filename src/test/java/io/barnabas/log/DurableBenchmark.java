package io.barnabas.log;

import io.barnabas.record.Acks;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Durable appends of 1 KiB, 256 in flight, over one partition and over many. Time per append. Figures that compare the
 * numbers of partitions come from {@link DurableBench}, which interleaves them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 10)
@Fork(1)
public class DurableBenchmark {
    private static final int APPENDS = 20_000;
    private static final int IN_FLIGHT = 256;

    @Param({"1", "16", "256"})
    public int partitions;

    private Path folder;
    private LogBench.Running running;
    private List<PartitionLog> logs;
    private ByteBuffer batch;

    @Setup(Level.Trial)
    public void open() {
        folder = LogBench.folder(Path.of("target"));
        running = LogBench.Running.start(folder, EmbeddedLogSettings.DEFAULTS, LogEvents.NONE);
        logs = running.open(IntStream.range(0, partitions).boxed().toList());
        batch = LogBench.batch(1 << 10);
    }

    @TearDown(Level.Trial)
    public void close() {
        running.close();
        LogBench.remove(folder);
    }

    @Benchmark
    @OperationsPerInvocation(APPENDS)
    public void all() throws InterruptedException {
        Semaphore room = new Semaphore(IN_FLIGHT);
        for (int i = 0; i < APPENDS; i++) {
            room.acquire();
            var unused = logs.get(i % partitions)
                    .append(LogBench.copy(batch), Acks.ALL)
                    .whenComplete((result, failure) -> room.release());
        }
        room.acquire(IN_FLIGHT);
    }
}
