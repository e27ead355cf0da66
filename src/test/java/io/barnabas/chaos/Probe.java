package io.barnabas.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Asks each partition of a topic of its own once, with more patience than clients have: whether a node always answers, and
 * after how long at most. Confined to one thread.
 */
final class Probe {
    private static final int PARTITIONS = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TOPIC = "probe";
    private static final String RECORD = "{\"records\":[{\"value\":\"v\"}]}";

    private final ProcessCluster cluster;

    private Probe(ProcessCluster cluster) {
        this.cluster = requireNonNull(cluster, "cluster");
    }

    static Probe of(ProcessCluster cluster) {
        cluster.http(0)
                .post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + TOPIC + "\",\"partitions_count\":" + PARTITIONS + "}")
                .expect(201);
        return new Probe(cluster);
    }

    /** What became of one write: its HTTP status, 200, or the number of the error. */
    record Reply(int code, long tookMs) {
        boolean stored() {
            return code == 200;
        }
    }

    /** Writes to every partition at once. */
    List<Reply> write(String when, int node) {
        Http http = cluster.http(node);
        List<CompletableFuture<Reply>> under = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long begun = System.nanoTime();
            under.add(http.sendAsync(http.request("topics/" + TOPIC + "/partitions/" + partition + "?acks=all")
                            .timeout(PATIENCE)
                            .header("Content-Type", Http.TEXT)
                            .POST(BodyPublishers.ofString(RECORD, UTF_8)))
                    .thenApply(answer -> reply(answer, begun)));
        }
        List<Reply> replies = under.stream().map(CompletableFuture::join).toList();
        System.out.println("chaos " + when + ": writes through node " + node + " came to " + counted(replies));
        return replies;
    }

    /** Every one is stored or may be tried again, and the slowest took no longer than this. */
    List<Reply> requireAnswers(String when, int node, Duration atMost) {
        List<Reply> replies = write(when, node);
        assertThat(replies)
                .as(when)
                .allMatch(reply -> reply.stored() || reply.code() >= 50_000)
                .allMatch(reply -> reply.tookMs() <= atMost.toMillis());
        return replies;
    }

    private static Reply reply(Http.Answer answer, long begunNanos) {
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        int code = answer.status();
        if (code == 200) {
            code = answer.json().path("offsets").path(0).path("error_code").asInt(200);
        } else if (answer.text().startsWith("{")) {
            code = answer.json().path("error_code").asInt(code);
        }
        return new Reply(code, tookMs);
    }

    private static String counted(List<Reply> replies) {
        Map<Integer, List<Reply>> byCode =
                replies.stream().collect(Collectors.groupingBy(Reply::code, TreeMap::new, Collectors.toList()));
        return byCode.entrySet().stream()
                .map(each -> each.getKey() + " x" + each.getValue().size() + " (longest "
                        + each.getValue().stream()
                                .mapToLong(Reply::tookMs)
                                .max()
                                .orElseThrow() + " ms)")
                .collect(Collectors.joining(", "));
    }
}
