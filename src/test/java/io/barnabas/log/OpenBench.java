package io.barnabas.log;

import io.barnabas.record.Acks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Opening many logs for the first time and again, what they take of the heap while idle, and of open files. */
@Command(name = "open", mixinStandardHelpOptions = true, description = "many logs: opening, heap, open files")
final class OpenBench implements Callable<Integer> {
    @Option(names = "--logs", defaultValue = "1000")
    private int logs;

    @Option(names = "--open-files", defaultValue = "4096")
    private int openFiles;

    @Option(names = "--folder", defaultValue = "target")
    private Path parent;

    @Override
    public Integer call() {
        Path folder = LogBench.folder(parent);
        EmbeddedLogSettings settings = BenchSettings.openFiles(EmbeddedLogSettings.DEFAULTS, openFiles);
        System.out.printf("open: %d logs, load average %s%n", logs, LogBench.load());
        try {
            List<Integer> all = IntStream.range(0, logs).boxed().toList();
            try (LogBench.Running running = LogBench.Running.start(folder, settings, LogEvents.NONE)) {
                long one = heap();
                List<PartitionLog> held = new ArrayList<>(List.of(written(running.open(0))));
                long first = heap();
                long start = System.nanoTime();
                held.addAll(running.open(all.subList(1, logs)));
                System.out.printf("first open, all at once:    %6d ms%n", (System.nanoTime() - start) / 1_000_000);
                start = System.nanoTime();
                held.forEach(OpenBench::written);
                System.out.printf("one durable batch in each:  %6d ms%n", (System.nanoTime() - start) / 1_000_000);
                running.engine().checkpoint();
                System.out.printf(
                        "heap of one log: %.2f MB; of %d logs over that of one: %.2f MB%n",
                        (first - one) / 1e6, held.size(), (heap() - first) / 1e6);
                System.out.printf("open files: %d%n", openFilesNow());
            }
            try (LogBench.Running running = LogBench.Running.start(folder, settings, LogEvents.NONE)) {
                long start = System.nanoTime();
                running.open(all);
                System.out.printf("open after a clean stop:    %6d ms%n", (System.nanoTime() - start) / 1_000_000);
            }
            oneAfterAnother(settings);
        } finally {
            LogBench.remove(folder);
        }
        return 0;
    }

    private void oneAfterAnother(EmbeddedLogSettings settings) {
        Path folder = LogBench.folder(parent);
        try (LogBench.Running running = LogBench.Running.start(folder, settings, LogEvents.NONE)) {
            int some = Math.min(logs, 100);
            long start = System.nanoTime();
            IntStream.range(0, some).forEach(running::open);
            System.out.printf(
                    "first open, one by one:     %6.1f ms a log (%d logs)%n",
                    (System.nanoTime() - start) / 1e6 / some, some);
        } finally {
            LogBench.remove(folder);
        }
    }

    private static PartitionLog written(PartitionLog log) {
        log.append(Batches.batch("one"), Acks.ALL).toCompletableFuture().join();
        return log;
    }

    private static long heap() {
        System.gc();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static int openFilesNow() {
        String[] found = new java.io.File("/proc/self/fd").list();
        return found == null ? -1 : found.length;
    }
}
