package io.barnabas.figures;

import static org.awaitility.Awaitility.await;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Directories;
import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long after {@code kill -9} of a node every partition that was its own takes writes again, through a node that
 * lives. The least it can be is the session time-out of ZooKeeper.
 */
@Command(name = "takeover", description = "kill -9 of one of three nodes, on three bookies.")
final class TakeOverFigure implements Callable<Integer> {
    private static final int VICTIM = 1;
    private static final int WRITERS = 32;

    @Option(names = "--partitions", defaultValue = "10", split = ",", description = "one figure for each")
    private List<Integer> counts;

    @Option(names = "--rounds", defaultValue = "3")
    private int rounds;

    @Option(names = "--session-ms", defaultValue = "6000", description = "session time-out of ZooKeeper")
    private int sessionMs;

    @Override
    public Integer call() throws Exception {
        for (int partitions : counts) {
            Path folder = Files.createTempDirectory("takeover");
            try (ProcessCluster cluster = ProcessCluster.in(folder)
                    .bookies(3)
                    .nodes(3)
                    .with("barnabas.zookeeper.session-timeout-ms", sessionMs + "ms")
                    .start()) {
                Figures.createTopic(cluster, partitions);
                awaitRehearsals(cluster);
                measure(cluster, partitions);
            } finally {
                Directories.delete(folder);
            }
        }
        return 0;
    }

    /** A cluster that has been up for a minute; nobody loses a node in the first. */
    private static void awaitRehearsals(ProcessCluster cluster) {
        for (int id = 0; id < cluster.nodeCount(); id++) {
            BarnabasProcess node = cluster.node(id);
            await().atMost(Figures.PATIENCE).until(() -> node.process().output().stream()
                    .anyMatch(line -> line.contains("Take-over rehearsed")));
        }
    }

    private void measure(ProcessCluster cluster, int partitions) throws Exception {
        long[] first = new long[rounds];
        long[] last = new long[rounds];
        int moved = 0;
        for (int round = 0; round < rounds; round++) {
            List<Integer> orphans = awaitShare(cluster, partitions);
            moved = orphans.size();
            cluster.node(VICTIM).kill9();
            long[] span = untilWritten(cluster.http(0), orphans, System.nanoTime());
            first[round] = span[0];
            last[round] = span[1];
            cluster.restart(VICTIM);
            awaitRehearsals(cluster);
        }
        String of = " of " + moved + " partitions of " + partitions + ", session " + sessionMs + " ms";
        Figures.OUT.println(Figures.line("first" + of, first));
        Figures.OUT.println(Figures.line("last" + of, last));
    }

    /** Waits until the node that is to die has its share, and has written to all of it. */
    private static List<Integer> awaitShare(ProcessCluster cluster, int partitions) throws Exception {
        Http asked = cluster.http(0);
        await().atMost(Figures.PATIENCE).until(() -> {
            Map<Integer, Integer> owners = Figures.owners(asked);
            return owners.size() == partitions && share(owners).size() >= partitions / cluster.nodeCount();
        });
        List<Integer> share = share(Figures.owners(asked));
        untilWritten(asked, share, System.nanoTime());
        return share;
    }

    private static List<Integer> share(Map<Integer, Integer> owners) {
        return owners.entrySet().stream()
                .filter(entry -> entry.getValue() == VICTIM)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** When the first and the last of these took a write, in milliseconds since the start. */
    private static long[] untilWritten(Http node, List<Integer> partitions, long startNanos) throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<Long>> written = new ArrayList<>();
            for (int partition : partitions) {
                written.add(writers.submit(() -> {
                    await().atMost(Figures.PATIENCE)
                            .pollInterval(Duration.ofMillis(20))
                            .until(() -> Probe.write(node, partition));
                    return Figures.sinceMs(startNanos);
                }));
            }
            long first = Long.MAX_VALUE;
            long last = 0;
            for (Future<Long> each : written) {
                long at = each.get(Figures.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                first = Math.min(first, at);
                last = Math.max(last, at);
            }
            return new long[] {first, last};
        } finally {
            writers.shutdownNow();
        }
    }
}
