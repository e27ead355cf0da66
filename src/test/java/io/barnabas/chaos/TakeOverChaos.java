package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import io.barnabas.testing.history.Verdict;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, one ZooKeeper and three bookies as processes, with producers and a group that go through all nodes while
 * nodes are killed, paused and stopped. One cluster for all of it: it takes longest to start.
 */
class TakeOverChaos {
    private static final String TOPIC = "takeover";
    private static final int PARTITIONS = 6;
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final Duration SOON = Duration.ofMinutes(2);

    /** What passes between two faults, for each partition. */
    private static final int FLOW = 50;

    @TempDir
    Path directory;

    @Test
    void losesAndRepeatsNothingWhenNodesAreKilledPausedAndStopped() {
        // given
        try (ProcessCluster cluster = ProcessCluster.in(directory)
                .bookies(3)
                .nodes(3)
                .with("barnabas.zookeeper.session-timeout-ms", SESSION.toMillis() + "ms")
                .start()) {
            Nodes nodes = new Nodes(urls(cluster));
            try (Traffic traffic = Traffic.start(nodes, TOPIC, PARTITIONS, 2, 3)) {
                traffic.flow(FLOW, SOON);
                // when
                killed(cluster, traffic);
                paused(cluster, traffic);
                stopped(cluster, traffic);
                Verdict verdict = traffic.finish(cluster.http(0));
                // then
                System.out.println("takeover " + traffic.summary());
                assertThat(verdict.lines()).as(traffic.summary()).isEmpty();
                assertSameEverywhere(cluster);
            }
        }
    }

    private static void killed(ProcessCluster cluster, Traffic traffic) {
        cluster.node(1).kill9();
        traffic.flow(FLOW, SOON);
        cluster.restart(1);
        awaitOwners(cluster, 0);
        traffic.flow(FLOW, SOON);
    }

    private static void paused(ProcessCluster cluster, Traffic traffic) {
        cluster.node(2).pause();
        await().atMost(SOON).until(() -> liveNodes(cluster.http(0)) == 2);
        traffic.flow(FLOW, SOON);
        cluster.node(2).proceed();
        awaitOwners(cluster, 0);
        traffic.flow(FLOW, SOON);
    }

    private static void stopped(ProcessCluster cluster, Traffic traffic) {
        assertThat(cluster.node(1).stop()).as("exit code of a clean stop").isEqualTo(143);
        traffic.flow(FLOW, SOON);
        cluster.restart(1);
        awaitOwners(cluster, 0);
        traffic.flow(FLOW, SOON);
    }

    /** Waits until all nodes live and every partition has an owner. */
    private static void awaitOwners(ProcessCluster cluster, int asked) {
        await().atMost(SOON).ignoreExceptions().until(() -> liveNodes(cluster.http(asked)) == cluster.nodeCount());
        await().atMost(SOON).ignoreExceptions().until(() -> IntStream.range(0, PARTITIONS)
                .allMatch(partition -> cluster.http(asked)
                                .get("topics/" + TOPIC + "/partitions/" + partition + "/offsets")
                                .status()
                        == 200));
    }

    private static int liveNodes(Http node) {
        return node.get("cluster").expect(200).json().path("nodes").size();
    }

    private static void assertSameEverywhere(ProcessCluster cluster) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            String path = "topics/" + TOPIC + "/partitions/" + partition + "/offsets";
            List<JsonNode> seen = IntStream.range(0, cluster.nodeCount())
                    .mapToObj(id -> cluster.http(id).get(path).expect(200).json())
                    .toList();
            assertThat(seen.stream().distinct())
                    .as("offsets of partition " + partition)
                    .hasSize(1);
        }
    }

    static List<URI> urls(ProcessCluster cluster) {
        return IntStream.range(0, cluster.nodeCount())
                .mapToObj(id -> cluster.node(id).url())
                .toList();
    }
}
