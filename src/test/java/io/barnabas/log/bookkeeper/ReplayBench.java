package io.barnabas.log.bookkeeper;

import static io.barnabas.log.bookkeeper.Stages.get;

import io.barnabas.log.Batches;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.Acks;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.BookieProcess;
import io.barnabas.testing.Directories;
import io.barnabas.testing.ZooKeeperProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * How long it takes to take over a log of many small entries, as a journal of groups is, and to read it from its
 * beginning. Each record is an entry of its own, as commits are that come one after the other, with one of 100 keys.
 * With segments of 4194304 bytes, as the journal has, compaction leaves little of it. Bookies and ZooKeeper are processes
 * of their own.
 *
 * <pre>
 * mvn test-compile dependency:build-classpath -DincludeScope=test -Dmdep.outputFile=target/cp.txt
 * java -Xmx1g -cp target/test-classes:target/classes:$(cat target/cp.txt) io.barnabas.log.bookkeeper.ReplayBench \
 *     [records [logs [bytes of a segment]]]
 * </pre>
 */
final class ReplayBench {
    private static final int READ_BYTES = 1 << 20;
    private static final int BOOKIES = 3;

    private final int records;
    private final LogConfig config;

    private ReplayBench(int records, String segmentBytes) {
        this.records = records;
        this.config = LogConfig.of(
                Map.of("cleanup.policy", "compact", "segment.bytes", segmentBytes, "min.cleanable.dirty.ratio", "0.3"));
    }

    public static void main(String[] arguments) throws Exception {
        int records = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 12_000;
        int logs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        String segmentBytes = arguments.length > 2 ? arguments[2] : "1073741824";
        new ReplayBench(records, segmentBytes).run(logs);
    }

    private void run(int logs) throws Exception {
        Path folder = Files.createTempDirectory("replay");
        List<BookieProcess> bookies = new ArrayList<>();
        try (ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(folder.resolve("zookeeper"));
                Engines engines = new Engines(zooKeeper.connect())) {
            BookieProcess.prepare(zooKeeper.connect(), zooKeeper.process());
            for (int i = 0; i < BOOKIES; i++) {
                bookies.add(BookieProcess.start(folder.resolve("bookie-" + i), zooKeeper.connect()));
            }
            List<LogId> ids = new ArrayList<>();
            for (int i = 0; i < logs; i++) {
                ids.add(new LogId(UUID.randomUUID(), new TopicPartition("journal", i)));
            }
            BookKeeperLogEngine writer = engines.engine();
            for (LogId id : ids) {
                fill(open(engines, writer, id, 1));
            }
            for (int epoch = 2; epoch < 5; epoch++) {
                takeOver(engines, ids, epoch);
            }
        } finally {
            bookies.forEach(BookieProcess::close);
            Directories.delete(folder);
        }
    }

    private PartitionLog open(Engines engines, BookKeeperLogEngine engine, LogId id, int epoch) {
        engines.documents().claim(id, epoch);
        return get(engine.open(id, epoch, config));
    }

    private void fill(PartitionLog log) throws InterruptedException {
        int inFlight = BookKeeperSettings.DEFAULTS.entriesInFlight();
        Semaphore room = new Semaphore(inFlight);
        for (int i = 0; i < records; i++) {
            room.acquire();
            log.append(Batches.keyed(i, "group " + i % 100, "x".repeat(40)), Acks.ALL)
                    .whenComplete((result, failure) -> room.release());
        }
        room.acquire(inFlight);
    }

    private void takeOver(Engines engines, List<LogId> ids, int epoch) {
        BookKeeperLogEngine engine = engines.engine();
        long start = System.nanoTime();
        List<CompletableFuture<PartitionLog>> opening = new ArrayList<>();
        for (LogId id : ids) {
            engines.documents().claim(id, epoch);
            opening.add(engine.open(id, epoch, config).toCompletableFuture());
        }
        List<PartitionLog> logs = opening.stream().map(Stages::get).toList();
        long opened = System.nanoTime();
        List<CompletableFuture<Long>> reading =
                logs.stream().map(log -> read(log, 0, 0)).toList();
        long found = reading.stream().mapToLong(Stages::get).sum();
        long read = System.nanoTime();
        System.out.printf(
                "%d logs of %d entries: taken over after %d ms, %d records read %d ms later%n",
                ids.size(), records, (opened - start) / 1_000_000, found, (read - opened) / 1_000_000);
    }

    private static CompletableFuture<Long> read(PartitionLog log, long offset, long records) {
        if (offset >= log.highWatermark()) {
            return CompletableFuture.completedFuture(records);
        }
        return log.read(offset, READ_BYTES).toCompletableFuture().thenComposeAsync(result -> {
            long next = offset;
            long count = records;
            for (RecordBatch batch : RecordBatches.stored(result.batches())) {
                next = batch.endOffset();
                count += batch.recordCount();
            }
            return read(log, next, count);
        });
    }
}
