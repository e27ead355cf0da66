package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.ProcessCluster;
import io.barnabas.testing.history.Verdict;
import io.barnabas.testing.history.Verdict.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Traffic on a topic of its own, faults meanwhile, and what has become of every record. */
final class Scenario {
    private static final int PARTITIONS = 6;
    private static final int PLAIN = 2;
    private static final int MEMBERS = 3;
    private static final Path FAILURES = Path.of("target", "chaos");

    private Scenario() {}

    /** Runs the faults under load, then reads the topic whole and prints what was counted; fails when that is not sound. */
    static void of(String name, ProcessCluster cluster, Faults faults, Consumer<Traffic> acts) {
        faults.takeCount();
        Nodes nodes = new Nodes(IntStream.range(0, cluster.nodeCount())
                .mapToObj(id -> cluster.node(id).url())
                .toList());
        try (Traffic traffic = Traffic.start(nodes, name, PARTITIONS, PLAIN, MEMBERS)) {
            traffic.flow();
            acts.accept(traffic);
            traffic.flow();
            Verdict verdict = traffic.finish(cluster.http(0));
            String line = String.format(
                    Locale.ROOT,
                    "chaos %-34s faults=%d lost=%d duplicated=%d %s",
                    name,
                    faults.takeCount(),
                    verdict.count(Kind.LOST) + verdict.count(Kind.NOT_DELIVERED),
                    verdict.count(Kind.DUPLICATE),
                    traffic.summary());
            System.out.println(line);
            Client.Gap gap = traffic.longestWriteGap();
            System.out.println("chaos " + name + " longest gap of " + gap.client() + ": " + gap.attempts());
            if (!verdict.sound()) {
                keep(traffic, name);
            }
            assertThat(verdict.lines()).as(line).isEmpty();
            assertSameEverywhere(cluster, name);
        }
    }

    private static void keep(Traffic traffic, String name) {
        try {
            Files.createDirectories(FAILURES);
            traffic.history().writeTo(FAILURES.resolve(name + "-history.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertSameEverywhere(ProcessCluster cluster, String topic) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            String path = "topics/" + topic + "/partitions/" + partition + "/offsets";
            List<JsonNode> seen = IntStream.range(0, cluster.nodeCount())
                    .mapToObj(id -> cluster.http(id).get(path).expect(200).json())
                    .toList();
            assertThat(seen.stream().distinct())
                    .as("offsets of partition " + partition)
                    .hasSize(1);
        }
    }
}
