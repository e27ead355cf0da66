package io.barnabas.figures;

import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code mvn -q -Pfigures test-compile exec:exec -Dfigures="rebalance"}; needs the built jar. */
@Command(
        name = "figures",
        description = "Measures a cluster of processes on this machine.",
        mixinStandardHelpOptions = true,
        subcommands = {RebalanceFigure.class, GrowFigure.class, TakeOverFigure.class, HopFigure.class})
public final class Figures {
    static final String TOPIC = "figures";
    static final Duration PATIENCE = Duration.ofMinutes(3);
    static final PrintStream OUT = System.out;

    private Figures() {}

    /** Exits with 0 when everything could be measured. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Figures()).execute(arguments));
    }

    static void createTopic(ProcessCluster cluster, int partitions) {
        cluster.http(0)
                .post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + TOPIC + "\",\"partitions_count\":" + partitions + "}")
                .expect(201);
    }

    /** The owner of each partition of the topic that has one, as the node says. */
    static Map<Integer, Integer> owners(Http node) {
        Map<Integer, Integer> owners = new TreeMap<>();
        node.get("cluster").expect(200).json().path("owners").forEach(owner -> {
            if (owner.path("topic").asText().equals(TOPIC)) {
                owners.put(owner.path("partition").asInt(), owner.path("node").asInt());
            }
        });
        return owners;
    }

    static long sinceMs(long startNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    /** Name, median and every round of a figure in milliseconds. */
    static String line(String what, long[] roundsMs) {
        long[] sorted = roundsMs.clone();
        Arrays.sort(sorted);
        String rounds = Arrays.stream(roundsMs).mapToObj(Long::toString).collect(Collectors.joining(" "));
        return String.format(Locale.ROOT, "%-46s median %6d ms   rounds: %s", what, sorted[sorted.length / 2], rounds);
    }
}
