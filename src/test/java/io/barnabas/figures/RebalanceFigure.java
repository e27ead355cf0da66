package io.barnabas.figures;

import io.barnabas.testing.Directories;
import io.barnabas.testing.ProcessCluster;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a group of many WebSocket members takes until, after one more has joined or one has left, every partition has
 * its member again and every member has heard it. Members are spread over all nodes.
 */
@Command(name = "rebalance", description = "One member more, one member less, in a group of many.")
final class RebalanceFigure implements Callable<Integer> {
    private static final String GROUP = "many";

    @Option(names = "--members", defaultValue = "50", description = "so many, and one that comes and goes")
    private int members;

    @Option(names = "--partitions", defaultValue = "100")
    private int partitions;

    @Option(names = "--rounds", defaultValue = "7")
    private int rounds;

    private final HttpClient client = HttpClient.newHttpClient();

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("rebalance");
        try (ProcessCluster cluster = ProcessCluster.in(folder).nodes(3).start()) {
            Figures.createTopic(cluster, partitions);
            measure(cluster);
            return 0;
        } finally {
            Directories.delete(folder);
        }
    }

    private void measure(ProcessCluster cluster) throws Exception {
        Holders holders = new Holders(partitions);
        List<WebSocket> sockets = new ArrayList<>();
        CompletableFuture<Long> all = holders.settled(members);
        long first = System.nanoTime();
        for (int i = 0; i < members; i++) {
            sockets.add(join(cluster, holders, "m" + i, i));
        }
        Figures.OUT.printf(
                "%d members in turn, %d partitions: %d ms until all have theirs%n",
                members, partitions, TimeUnit.NANOSECONDS.toMillis(Holders.within(all) - first));
        long[] joins = new long[rounds];
        long[] leaves = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            CompletableFuture<Long> joined = holders.settled(members + 1);
            long start = System.nanoTime();
            WebSocket more = join(cluster, holders, "more", round);
            joins[round] = TimeUnit.NANOSECONDS.toMillis(Holders.within(joined) - start);
            CompletableFuture<Long> left = holders.settled(members);
            start = System.nanoTime();
            more.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            holders.left("more");
            leaves[round] = TimeUnit.NANOSECONDS.toMillis(Holders.within(left) - start);
        }
        Figures.OUT.println(Figures.line("one member joins " + members, joins));
        Figures.OUT.println(Figures.line("one member leaves " + (members + 1), leaves));
        sockets.forEach(WebSocket::abort);
    }

    private WebSocket join(ProcessCluster cluster, Holders holders, String name, int turn) {
        URI url = cluster.http(turn % cluster.nodeCount()).webSocket("ws");
        return IdleMember.join(client, url, GROUP, name, holders);
    }
}
