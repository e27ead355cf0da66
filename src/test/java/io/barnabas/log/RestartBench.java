package io.barnabas.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.record.Acks;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A process writes flat out into several logs, is killed at a size, and another one opens them all: the time until all
 * logs are open, and until all they hold is shown, beside that of the same process on an empty folder.
 */
@Command(
        name = "restart",
        mixinStandardHelpOptions = true,
        description = "kill -9 with much log, against an empty start")
final class RestartBench implements Callable<Integer> {
    @Option(names = "--mib", defaultValue = "4096", description = "of log when it is killed")
    private long mib;

    @Option(names = "--logs", defaultValue = "8")
    private int logs;

    @Option(names = "--batch-bytes", defaultValue = "65536")
    private int batchBytes;

    @Option(names = "--acks", defaultValue = "leader", converter = AcksOption.class)
    private Acks acks;

    @Option(names = "--rounds", defaultValue = "5")
    private int rounds;

    @Option(names = "--folder", defaultValue = "target")
    private Path parent;

    @Option(names = "--child", hidden = true, description = "write or open: what a child process is to do")
    private String child;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (child != null) {
            if (child.equals("write")) {
                write();
            } else {
                open();
            }
            return 0;
        }
        System.out.printf(
                "restart: %d MiB in %d logs, batches of %d bytes, acks=%s; load average %s%n",
                mib, logs, batchBytes, acks, LogBench.load());
        List<Double> more = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            more.add(round());
        }
        System.out.printf("open after kill -9, seconds over an empty start: %s%n", LogBench.spread(more));
        return 0;
    }

    private double round() throws IOException, InterruptedException {
        Path empty = LogBench.folder(parent);
        Path full = LogBench.folder(parent);
        try {
            Map<String, Double> none = run("open", empty, false);
            Map<String, Double> wrote = run("write", full, true);
            Map<String, Double> after = run("open", full, false);
            System.out.printf(
                    "  empty start %.2f s; written at %.0f MB/s, killed; open %.2f s (engine %.2f s, %.0f MB checked), all shown %.2f s%n",
                    none.get("open"),
                    wrote.get("rate"),
                    after.get("open"),
                    after.get("engine"),
                    after.get("checked"),
                    after.get("shown"));
            return after.get("open") - none.get("open");
        } finally {
            LogBench.remove(empty);
            LogBench.remove(full);
        }
    }

    /** Runs a child; kills it at its last line when asked to. Answers the numbers it printed. */
    private Map<String, Double> run(String what, Path folder, boolean kill) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.barnabas.log.LogBench",
                        "restart",
                        "--child=" + what,
                        "--folder=" + folder,
                        "--mib=" + mib,
                        "--logs=" + logs,
                        "--batch-bytes=" + batchBytes,
                        "--acks=" + acks)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, Double> numbers = new TreeMap<>();
        try (BufferedReader output = process.inputReader(UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                String[] part = line.split("=", -1);
                if (part[0].equals("end")) {
                    break;
                }
                numbers.put(part[0], Double.valueOf(part[1]));
            }
            if (kill) {
                process.destroyForcibly();
            }
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        }
        return numbers;
    }

    private void write() throws InterruptedException {
        LogBench.Running running = LogBench.Running.start(parent, EmbeddedLogSettings.DEFAULTS, LogEvents.NONE);
        List<PartitionLog> open = running.open(IntStream.range(0, logs).boxed().toList());
        ByteBuffer batch = LogBench.batch(batchBytes);
        Semaphore room = new Semaphore(64);
        long appends = (mib << 20) / batch.remaining();
        long start = System.nanoTime();
        for (long i = 0; i < appends; i++) {
            room.acquire();
            var unused = open.get((int) (i % logs))
                    .append(LogBench.copy(batch), acks)
                    .whenComplete((result, failure) -> room.release());
        }
        room.acquire(64);
        System.out.println("rate=" + appends * batch.remaining() / 1e6 / seconds(start));
        System.out.println("end=0");
        new Semaphore(0).acquire(); // until it is killed
    }

    private void open() throws InterruptedException {
        LongAdder checked = new LongAdder();
        long start = System.nanoTime();
        LogBench.Running running = LogBench.Running.start(parent, EmbeddedLogSettings.DEFAULTS, new LogEvents() {
            @Override
            public void recovered(LogId id, long scannedBytes, long cutBytes, long nanos) {
                checked.add(scannedBytes);
            }
        });
        System.out.println("engine=" + seconds(start));
        List<PartitionLog> open = running.open(IntStream.range(0, logs).boxed().toList());
        System.out.println("open=" + seconds(start));
        System.out.println("checked=" + checked.sum() / 1e6);
        Semaphore moved = new Semaphore(0);
        for (PartitionLog log : open) {
            var unused = log.onHighWatermark(highWatermark -> moved.release());
        }
        while (open.stream().anyMatch(log -> log.highWatermark() < log.endOffset())) {
            if (!moved.tryAcquire(1, TimeUnit.MINUTES)) {
                break; // the last one moved before anybody listened
            }
        }
        System.out.println("shown=" + seconds(start));
        System.out.println("end=0");
        running.close();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
