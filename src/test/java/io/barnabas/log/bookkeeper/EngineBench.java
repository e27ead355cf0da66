package io.barnabas.log.bookkeeper;

import static io.barnabas.log.bookkeeper.Stages.get;

import io.barnabas.log.Batches;
import io.barnabas.log.DiskFiles;
import io.barnabas.log.EmbeddedLogEngine;
import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogEvents;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.Acks;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Directories;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;

/**
 * Durable appends and reads of one partition, on the local engine, on one bookie and on three, one after the other in one
 * run; prints each and its ratio to the local engine. Bookies, ZooKeeper and the engine share this process, its
 * processors and its disk, so three copies are three times the work here that they are not elsewhere.
 *
 * <pre>
 * mvn test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/cp.txt
 * java -Xmx2g -cp target/test-classes:target/classes:$(cat target/cp.txt) io.barnabas.log.bookkeeper.EngineBench [seconds]
 * </pre>
 */
final class EngineBench {
    private final int seconds;

    private EngineBench(int seconds) {
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        EngineBench bench = new EngineBench(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5);
        Path folder = Files.createTempDirectory("bench");
        try (Bookies bookies = new Bookies()) {
            bench.round("warm-up", folder.resolve("0"), bookies);
            bench.round("measured", folder.resolve("1"), bookies);
        } finally {
            Directories.delete(folder);
        }
    }

    private void round(String name, Path folder, Bookies bookies) throws Exception {
        System.out.println(name);
        Result local;
        try (LogEngine engine = new EmbeddedLogEngine(
                folder,
                EmbeddedLogSettings.DEFAULTS,
                new DiskFiles(),
                Clock.systemUTC(),
                System::nanoTime,
                ForkJoinPool.commonPool(),
                Thread::new,
                LogEvents.NONE)) {
            local = measure("local", engine, id -> {}, null);
        }
        for (int copies : new int[] {1, 3}) {
            try (Engines engines = new Engines(bookies)) {
                LogEngine engine = engines.engine(SmallSettings.copies(copies));
                measure(
                        "bookkeeper " + copies,
                        engine,
                        id -> engines.documents().claim(id, 1),
                        local);
            }
        }
    }

    private record Result(double small, double large, double read) {}

    private interface Claim {
        void claim(LogId id);
    }

    private Result measure(String name, LogEngine engine, Claim claim, Result base) throws Exception {
        double small = append(open(engine, claim), Batches.batch("x".repeat(1_000)), 1_000);
        PartitionLog log = open(engine, claim);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            values.add("x".repeat(1_000));
        }
        double large = append(log, Batches.batch(values.toArray(String[]::new)), 32);
        double read = read(log);
        System.out.printf(
                "%-14s 1 KB, 1000 in flight: %8.1f MB/s%s   64 KB, 32 in flight: %8.1f MB/s%s   read: %8.1f MB/s%s%n",
                name,
                small,
                ratio(small, base == null ? 0 : base.small),
                large,
                ratio(large, base == null ? 0 : base.large),
                read,
                ratio(read, base == null ? 0 : base.read));
        return new Result(small, large, read);
    }

    private static String ratio(double value, double base) {
        return base == 0 ? "       " : String.format(" (%.2f)", value / base);
    }

    private static PartitionLog open(LogEngine engine, Claim claim) {
        LogId id = new LogId(UUID.randomUUID(), new TopicPartition("t" + UUID.randomUUID(), 0));
        claim.claim(id);
        return get(engine.open(id, 1, LogConfig.of(Map.of())));
    }

    private double append(PartitionLog log, ByteBuffer batch, int inFlight) throws Exception {
        Semaphore room = new Semaphore(inFlight);
        long bytes = 0;
        long start = System.nanoTime();
        while (System.nanoTime() - start < seconds * 1_000_000_000L) {
            room.acquire();
            ByteBuffer copy = ByteBuffer.allocate(batch.remaining())
                    .put(batch.duplicate())
                    .flip();
            bytes += copy.remaining();
            log.append(copy, Acks.ALL).whenComplete((result, failure) -> {
                room.release();
                if (failure != null) {
                    failure.printStackTrace();
                }
            });
        }
        room.acquire(inFlight);
        return bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
    }

    /** From the beginning, so that it is not in memory for long. */
    private static double read(PartitionLog log) {
        long start = System.nanoTime();
        long bytes = 0;
        long offset = 0;
        while (offset < log.highWatermark() && System.nanoTime() - start < 5_000_000_000L) {
            ByteBuffer read = get(log.read(offset, 1 << 20)).batches();
            bytes += read.remaining();
            for (RecordBatch batch : RecordBatches.stored(read)) {
                offset = batch.endOffset();
            }
        }
        return bytes / 1e6 / ((System.nanoTime() - start) / 1e9);
    }
}
