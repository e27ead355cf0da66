package io.barnabas.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The load program's entry: reads the command line, starts what servers it is told to, runs rounds and prints them. Exits
 * with 0 when every trial was clean, 1 when one was not, 2 when the command line is wrong.
 */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = "Drives Barnabas and Apache Kafka with the same records and checks what it reads back.")
public final class Load implements Callable<Integer> {
    /** Kept, because the log manager keeps loggers weakly: the clients' notes are not this program's output. */
    private static final Logger ROOT = Logger.getLogger("");

    private static final int CLEAN = 0;
    private static final int NOT_CLEAN = 1;
    private static final int WRONG_USE = 2;

    @Mixin
    private LoadOptions options;

    private final PrintStream out = System.out;
    private final ProcessCpu cpu = new ProcessCpu(Path.of("/proc"));
    private final Report report = new Report(out);
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private int trials;

    public static void main(String[] arguments) {
        ROOT.setLevel(Level.WARNING);
        int exitCode = new CommandLine(new Load())
                .registerConverter(TargetKind.class, Load::kind)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Load::explain)
                .execute(arguments);
        System.exit(exitCode);
    }

    private static TargetKind kind(String text) {
        try {
            return TargetKind.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        command.getErr().println("load: " + failure.getMessage());
        if (failure instanceof IllegalArgumentException) {
            return WRONG_USE;
        }
        failure.printStackTrace(command.getErr());
        return NOT_CLEAN;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Workload first = options.workload();
        Workload second = options.versusWorkload();
        requireMemory(first);
        requireMemory(second);
        Files.createDirectories(options.workDir);
        try (Servers servers = Servers.start(options)) {
            Ceilings.measure(options.workDir, System::nanoTime).print(out);
            try (Target target = target(options.target, options.target.option(), first, servers);
                    Target versus =
                            options.versus == null ? null : target(options.versus, versusName(), second, servers)) {
                return rounds(target, first, versus, second);
            }
        }
    }

    private static void requireMemory(Workload workload) {
        long available = Runtime.getRuntime().maxMemory() / 2;
        if (workload.bookkeepingBytes() > available) {
            throw new IllegalArgumentException("to check so many records and consumers takes "
                    + workload.bookkeepingBytes() + " bytes, " + available + " are there: use -Dload.heap");
        }
    }

    private int rounds(Target target, Workload first, Target versus, Workload second)
            throws IOException, InterruptedException {
        List<TrialResult> ours = new ArrayList<>();
        List<TrialResult> theirs = new ArrayList<>();
        boolean clean = true;
        for (int round = 1 - options.warmUp; round <= options.rounds; round++) {
            out.println(round < 1 ? "warm-up" : "round " + round + " of " + options.rounds);
            clean &= trial(target, first, round, ours);
            if (versus != null) {
                clean &= trial(versus, second, round, theirs);
            }
        }
        if (versus != null && options.rounds > 0) {
            report.versus(ours, theirs);
        }
        return clean ? CLEAN : NOT_CLEAN;
    }

    private boolean trial(Target target, Workload workload, int round, List<TrialResult> results)
            throws IOException, InterruptedException {
        String topic = String.format(Locale.ROOT, "load-%s-%d", run, ++trials);
        TrialResult result = new Trial(target, workload, options.threads, System::nanoTime, cpu, out).run(topic);
        report.trial(result);
        if (round >= 1) {
            results.add(result);
        }
        return result.complaints().isEmpty();
    }

    /** Told apart from the first when both are of a kind. */
    private String versusName() {
        return options.versus.option() + (options.versus == options.target ? "-2" : "");
    }

    private Target target(TargetKind kind, String name, Workload workload, Servers servers) {
        return switch (kind) {
            case HTTP_JSON -> new HttpTarget(name, servers.barnabas(), false, workload, System::nanoTime);
            case HTTP_BATCHES -> new HttpTarget(name, servers.barnabas(), true, workload, System::nanoTime);
            case WS_JSON ->
                new WebSocketTarget(
                        name, servers.barnabas(), "/ws", false, workload, System::nanoTime, new SecureRandom());
            case WS_BINARY ->
                new WebSocketTarget(
                        name, servers.barnabas(), "/ws", true, workload, System::nanoTime, new SecureRandom());
            case SINK_JSON ->
                new SinkTarget(name, servers.barnabas(), false, options.sinkPath, workload, System::nanoTime);
            case SINK_BATCHES ->
                new SinkTarget(name, servers.barnabas(), true, options.sinkPath, workload, System::nanoTime);
            case SINK_WS ->
                new WebSocketCeilingTarget(
                        name, servers.barnabas(), false, workload, System::nanoTime, new SecureRandom());
            case SOURCE_WS ->
                new WebSocketCeilingTarget(
                        name, servers.barnabas(), true, workload, System::nanoTime, new SecureRandom());
            case KAFKA ->
                new KafkaTarget(
                        name,
                        servers.kafka(),
                        workload.acks(),
                        new KafkaTarget.Settings(options.kafkaProducer, options.kafkaConsumer, options.kafkaTopic));
        };
    }
}
