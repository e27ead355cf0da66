package io.barnabas.log;

import io.barnabas.record.Acks;
import io.barnabas.record.BatchCheck;
import io.barnabas.record.BatchRules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 256 MiB as batches of 64 KiB into an empty file, {@code acks=leader}: through the engine, each batch checked as a
 * broker checks it, against a raw write of the same bytes and their checksum. Time per batch.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 5)
@Fork(2)
public class AppendBenchmark {
    private static final int BATCHES = 4096;
    private static final int BATCH_BYTES = 64 << 10;
    private static final int IN_FLIGHT = 32;

    private final BatchCheck check = new BatchCheck(BatchRules.ofSize(1 << 20));
    private Path folder;
    private ByteBuffer batch;
    private LogBench.Running running;
    private PartitionLog log;
    private FileChannel file;

    @Setup(Level.Iteration)
    public void open() throws IOException {
        folder = LogBench.folder(Path.of("target"));
        batch = LogBench.batch(BATCH_BYTES);
        running = LogBench.Running.start(folder.resolve("data"), EmbeddedLogSettings.DEFAULTS, LogEvents.NONE);
        log = running.open(0);
        file = FileChannel.open(
                folder.resolve("raw"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        file.close();
        running.close();
        LogBench.remove(folder);
    }

    @Benchmark
    @OperationsPerInvocation(BATCHES)
    public void engine() throws InterruptedException {
        Semaphore room = new Semaphore(IN_FLIGHT);
        for (int i = 0; i < BATCHES; i++) {
            ByteBuffer copy = LogBench.copy(batch);
            check.check(copy);
            room.acquire();
            var unused = log.append(copy, Acks.LEADER).whenComplete((result, failure) -> room.release());
        }
        room.acquire(IN_FLIGHT);
        if (log.endOffset() == 0) {
            throw new IllegalStateException("nothing was appended");
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCHES)
    public long raw() throws IOException {
        CRC32C crc = new CRC32C();
        long position = 0;
        for (int i = 0; i < BATCHES; i++) {
            ByteBuffer copy = LogBench.copy(batch);
            crc.update(copy.duplicate());
            position += file.write(copy, position);
        }
        return position + crc.getValue();
    }
}
