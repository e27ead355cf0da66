package io.barnabas.figures;

import static org.awaitility.Awaitility.await;

import io.barnabas.testing.Directories;
import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What one more node costs: how long its share of the partitions takes to move to it, and what a client that writes all
 * the while feels of it.
 */
@Command(name = "grow", description = "One more node, on three bookies, under writes.")
final class GrowFigure implements Callable<Integer> {
    private static final int NODES = 3;

    @Option(names = "--partitions", defaultValue = "100")
    private int partitions;

    @Option(names = "--calm-seconds", defaultValue = "10", description = "writes before, to compare with")
    private int calmSeconds;

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("grow");
        try (ProcessCluster cluster =
                ProcessCluster.in(folder).bookies(3).nodes(NODES).start()) {
            Figures.createTopic(cluster, partitions);
            await().atMost(Figures.PATIENCE)
                    .until(() -> Figures.owners(cluster.http(0)).size() == partitions);
            measure(cluster);
            return 0;
        } finally {
            Directories.delete(folder);
        }
    }

    private void measure(ProcessCluster cluster) {
        Http asked = cluster.http(0);
        Map<Integer, Integer> before = Figures.owners(asked);
        try (Probe probe = Probe.start(cluster.node(0).url(), partitions)) {
            await().pollDelay(Duration.ofSeconds(calmSeconds))
                    .atMost(Figures.PATIENCE)
                    .until(() -> true);
            probe.takeSeen();
            await().pollDelay(Duration.ofSeconds(calmSeconds))
                    .atMost(Figures.PATIENCE)
                    .until(() -> true);
            print("three nodes", probe.takeSeen());
            long start = System.nanoTime();
            cluster.addNode();
            Figures.OUT.printf("the fourth node was ready after %d ms%n", Figures.sinceMs(start));
            await().atMost(Figures.PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> even(asked));
            Figures.OUT.printf("its share had moved to it after %d ms%n", Figures.sinceMs(start));
            print("while it started and took over", probe.takeSeen());
            await().pollDelay(Duration.ofSeconds(calmSeconds))
                    .atMost(Figures.PATIENCE)
                    .until(() -> true);
            print("four nodes", probe.takeSeen());
        }
        Map<Integer, Integer> after = Figures.owners(asked);
        long moved = before.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(after.get(entry.getKey())))
                .count();
        Figures.OUT.printf("partitions moved: %d of %d%n", moved, partitions);
    }

    private boolean even(Http asked) {
        Map<Integer, Integer> owners = Figures.owners(asked);
        Map<Integer, Integer> counts = new HashMap<>();
        owners.values().forEach(node -> counts.merge(node, 1, Integer::sum));
        return owners.size() == partitions && counts.getOrDefault(NODES, 0) >= partitions / (NODES + 1) - 1;
    }

    private static void print(String when, Probe.Seen seen) {
        Figures.OUT.printf(
                "%-32s %5d writes, %d failed, median %d ms, p99 %d ms, longest %d ms%n",
                when, seen.records(), seen.failures(), seen.medianMs(), seen.p99Ms(), seen.maxMs());
    }
}
