package io.barnabas.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Measures the engine on a real disk: {@code mvn -q -Pbench test-compile exec:exec -Dbench="durable"}. What it prints is
 * in {@code src/docs/performance.md}.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the log engine on a real disk. Besides the commands: jmh [JMH's own options].",
        subcommands = {DurableBench.class, OpenBench.class, RestartBench.class})
final class LogBench {
    static final UUID TOPIC = new UUID(11, 12);

    private LogBench() {}

    /** {@code jmh} and what JMH takes runs the benchmarks; the others are commands of their own. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0 && arguments[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        System.exit(new CommandLine(new LogBench()).execute(arguments));
    }

    /** An engine as a node has it, with the executor its answers run on. */
    record Running(EmbeddedLogEngine engine, ExecutorService completions) implements AutoCloseable {
        static Running start(Path folder, EmbeddedLogSettings settings, LogEvents events) {
            ExecutorService completions = Executors.newFixedThreadPool(2, LogBench::daemon);
            return new Running(
                    new EmbeddedLogEngine(
                            folder,
                            settings,
                            new DiskFiles(),
                            Clock.systemUTC(),
                            System::nanoTime,
                            completions,
                            LogBench::daemon,
                            events),
                    completions);
        }

        PartitionLog open(int partition) {
            return open(List.of(partition)).get(0);
        }

        /** All at once, as a node does. */
        List<PartitionLog> open(List<Integer> partitions) {
            var opening = partitions.stream()
                    .map(partition -> engine.open(
                            new LogId(TOPIC, new io.barnabas.record.TopicPartition("bench", partition)),
                            1,
                            LogConfig.of(LogConfig.defaults())))
                    .toList();
            return opening.stream()
                    .map(each -> each.toCompletableFuture()
                            .orTimeout(10, TimeUnit.MINUTES)
                            .join())
                    .toList();
        }

        @Override
        public void close() {
            engine.close();
            completions.shutdown();
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** A batch of about this size, of records of 1,000 bytes. */
    static ByteBuffer batch(int bytes) {
        String value = "x".repeat(Math.min(bytes, 1_000) - 80);
        String[] values = new String[Math.max(1, bytes / 1_000)];
        Arrays.fill(values, value);
        return Batches.batch(values);
    }

    static ByteBuffer copy(ByteBuffer batch) {
        return ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** Median, least and greatest. */
    static String spread(List<Double> values) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f .. %.2f)",
                median(values),
                values.stream().min(Comparator.naturalOrder()).orElseThrow(),
                values.stream().max(Comparator.naturalOrder()).orElseThrow());
    }

    static Path folder(Path parent) {
        try {
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, "log-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).trim();
        } catch (IOException e) {
            return "not known";
        }
    }
}
