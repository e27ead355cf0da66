package io.barnabas.operations;

import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.Directories;
import io.barnabas.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a node takes from the start of its process to its ready line, in time and in processor time: by
 * {@code java -jar}, and as the container starts it, out of an image made by {@link ImageReplay}. Both in turn, with the
 * same heap, each time on an empty data folder. Needs a built jar:
 *
 * <pre>
 *   mvn -DskipTests package
 *   mvn -q -Pbench test-compile exec:exec -Dbench.main=io.barnabas.operations.StartTimes -Dbench="--rounds 5"
 * </pre>
 */
@Command(
        name = "start-times",
        mixinStandardHelpOptions = true,
        description = "Measures java -jar against the container's start.")
final class StartTimes implements Callable<Integer> {
    private static final Pattern READY = Pattern.compile("^Barnabas is ready at");
    private static final Duration TIMEOUT = Duration.ofMinutes(4);
    private static final int FIRST_TIME_FIELD = 11; // utime, after the name of the program
    private static final int LAST_TIME_FIELD = 14; // cstime
    private static final long TICK_MS = 10;

    @Option(names = "--rounds", description = "Starts of each kind; the median counts.", defaultValue = "5")
    private int rounds;

    @Option(names = "--heap", description = "-Xmx of both.", defaultValue = "1g")
    private String heap;

    @Option(names = "--java-options", description = "More options for the container's JVM.", defaultValue = "")
    private String javaOptions;

    private enum Kind {
        JAR,
        CONTAINER
    }

    private record Start(long wallMs, long cpuMs) {}

    private StartTimes() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new StartTimes()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path scratch = Files.createTempDirectory("start-times");
        try {
            ImageReplay replay = image(scratch);
            Map<Kind, List<Start>> starts = new EnumMap<>(Kind.class);
            for (int round = 0; round < rounds; round++) {
                for (Kind kind : Kind.values()) {
                    Start start = start(kind, replay, Files.createTempDirectory(scratch, "data"));
                    starts.computeIfAbsent(kind, any -> new ArrayList<>()).add(start);
                    System.out.printf(Locale.ROOT, "%-9s %6d ms, CPU %6d ms%n", kind, start.wallMs, start.cpuMs);
                }
            }
            print(starts);
            return 0;
        } finally {
            Directories.delete(scratch);
        }
    }

    private static ImageReplay image(Path scratch) throws IOException, InterruptedException {
        ImageReplay replay = new ImageReplay(
                Path.of("").toAbsolutePath(), Files.createDirectory(scratch.resolve("image")), environment(scratch));
        replay.build(Dockerfile.parse(Files.readString(Path.of("Dockerfile"))));
        return replay;
    }

    private static Map<String, String> environment(Path scratch) {
        String java = Path.of(System.getProperty("java.home"), "bin").toString();
        return Map.of(
                "TMPDIR", scratch.toString(),
                "PORT", Integer.toString(FreePort.next()),
                "PATH", java + ":" + System.getenv("PATH"));
    }

    private Start start(Kind kind, ImageReplay replay, Path data) throws IOException {
        String port = Integer.toString(FreePort.next());
        ProcessBuilder builder = new ProcessBuilder(
                switch (kind) {
                    case JAR -> List.of("java", "-Xmx" + heap, "-jar", "target/barnabas.jar", "--port", port);
                    case CONTAINER -> List.of("bash", replay.mapped("/opt/barnabas/start"), "--port", port);
                });
        builder.environment().putAll(environment(data.getParent())); // the archive is of jars of that path
        builder.environment().put("BARNABAS_DATA_DIR", data.toString());
        builder.environment().put("JAVA_OPTIONS", "-Xmx" + heap + " " + javaOptions);
        if (kind == Kind.JAR) {
            builder.environment().remove("JAVA_OPTIONS");
        }
        long startNanos = System.nanoTime();
        try (ChildProcess process = ChildProcess.start(kind.name(), builder, READY)) {
            process.awaitReady(TIMEOUT);
            long wallMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
            long cpuMs = cpuMs(process.pid());
            process.stop();
            return new Start(wallMs, cpuMs);
        } finally {
            Directories.delete(data);
        }
    }

    /** Of the process and of the children that it had, such as the copy that the container's start makes. */
    private static long cpuMs(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Arrays.stream(fields, FIRST_TIME_FIELD, LAST_TIME_FIELD + 1)
                        .mapToLong(Long::parseLong)
                        .sum()
                * TICK_MS;
    }

    private static void print(Map<Kind, List<Start>> starts) {
        Start jar = median(starts.get(Kind.JAR));
        Start container = median(starts.get(Kind.CONTAINER));
        System.out.printf(
                Locale.ROOT,
                "medians: jar %d ms (CPU %d ms), container %d ms (CPU %d ms): %.2f of the time, %.2f of the CPU time%n",
                jar.wallMs,
                jar.cpuMs,
                container.wallMs,
                container.cpuMs,
                (double) container.wallMs / jar.wallMs,
                (double) container.cpuMs / jar.cpuMs);
    }

    private static Start median(List<Start> starts) {
        return new Start(
                starts.stream().mapToLong(Start::wallMs).sorted().toArray()[starts.size() / 2],
                starts.stream().mapToLong(Start::cpuMs).sorted().toArray()[starts.size() / 2]);
    }
}
