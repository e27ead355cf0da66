package io.barnabas.log;

import io.barnabas.record.Acks;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A log of 256 MiB from its start to its end in reads of 1 MiB, one waiting for the other, from the page cache: through
 * the engine, against raw positional reads of the same file. Time of the whole pass.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
@Fork(2)
public class ReadBenchmark {
    private static final int LOG_BYTES = 256 << 20;
    private static final int BATCH_BYTES = 64 << 10;
    private static final int READ_BYTES = 1 << 20;

    private Path folder;
    private LogBench.Running running;
    private PartitionLog log;
    private FileChannel file;

    @Setup(Level.Trial)
    public void write() throws IOException {
        folder = LogBench.folder(Path.of("target"));
        running = LogBench.Running.start(folder, EmbeddedLogSettings.DEFAULTS, LogEvents.NONE);
        log = running.open(0);
        ByteBuffer batch = LogBench.batch(BATCH_BYTES);
        for (long written = 0; written < LOG_BYTES; written += batch.remaining()) {
            log.append(LogBench.copy(batch), Acks.LEADER).toCompletableFuture().join();
        }
        running.engine().checkpoint();
        try (Stream<Path> all = Files.walk(folder)) {
            Path segment = all.filter(path -> path.toString().endsWith(PartitionFolder.LOG))
                    .findFirst()
                    .orElseThrow();
            file = FileChannel.open(segment, StandardOpenOption.READ);
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        file.close();
        running.close();
        LogBench.remove(folder);
    }

    /** Each read asks for the next one where it is answered, as the readers of a broker do. */
    @Benchmark
    public long engine() {
        CompletableFuture<Long> end = new CompletableFuture<>();
        read(0, 0, end);
        return end.join();
    }

    private void read(long offset, long bytesBefore, CompletableFuture<Long> end) {
        if (offset == log.highWatermark()) {
            end.complete(bytesBefore);
            return;
        }
        log.read(offset, READ_BYTES).whenComplete((result, failure) -> {
            if (failure != null) {
                end.completeExceptionally(failure);
                return;
            }
            long next = offset;
            for (RecordBatch batch : RecordBatches.stored(result.batches())) {
                next = batch.endOffset();
            }
            read(next, bytesBefore + result.batches().remaining(), end);
        });
    }

    @Benchmark
    public long raw() throws IOException {
        long position = 0;
        long size = file.size();
        while (position < size) {
            ByteBuffer into = ByteBuffer.allocate((int) Math.min(READ_BYTES, size - position));
            position += file.read(into, position);
        }
        return position;
    }
}
