package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.FreePort;
import io.barnabas.testing.Http;
import io.barnabas.testing.Metrics;
import io.barnabas.testing.WsClient;
import io.barnabas.testing.ZooKeeperProcess;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes, each of which is asked for what the other one owns, until one of them is killed and comes back. */
class ForwardingIT {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String TOPIC = "forwarded";
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    private final int firstPort = FreePort.next();
    private final int secondPort = FreePort.next();

    @TempDir
    Path directory;

    @Test
    void anyNodeAnswersAnythingAndSaysSoWhenItCannot() {
        try (ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(directory.resolve("zookeeper"))) {
            CompletableFuture<BarnabasProcess> starting =
                    CompletableFuture.supplyAsync(() -> node(SECOND, secondPort, zooKeeper));
            try (BarnabasProcess first = node(FIRST, firstPort, zooKeeper);
                    BarnabasProcess second = starting.join()) {
                Http near = first.http();
                Http far = second.http();
                await().atMost(PATIENCE)
                        .until(() -> near.get("brokers").json().path("brokers").size() == 2);
                near.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"" + TOPIC + "\",\"partitions_count\":4}")
                        .expect(201);
                int foreign = partitionOf(SECOND, near);
                int own = partitionOf(FIRST, near);
                clientsAreRefused(near);
                writesAndReads(near, far, foreign);
                pollsAndPushes(near, far, foreign);
                goesOnWithoutTheOther(near, second, own, foreign);
                try (BarnabasProcess again = node(SECOND, secondPort, zooKeeper)) {
                    comesBack(near, again.http(), foreign);
                }
            }
        }
    }

    private BarnabasProcess node(int id, int port, ZooKeeperProcess zooKeeper) {
        return BarnabasProcess.at(directory.resolve("node-" + id))
                .with("barnabas.zookeeper.connect", zooKeeper.connect())
                .with("barnabas.zookeeper.session-timeout-ms", "4s")
                .with("barnabas.broker.ownership-wait-ms", "6s")
                .with("barnabas.node.id", Integer.toString(id))
                .with("barnabas.node.url", "http://127.0.0.1:" + port)
                .onPort(port)
                .start();
    }

    private static int partitionOf(int node, Http server) {
        JsonNode partitions =
                server.get("topics/" + TOPIC + "/partitions").expect(200).json();
        return StreamSupport.stream(partitions.spliterator(), false)
                .filter(partition -> partition.path("leader").asInt() == node)
                .mapToInt(partition -> partition.path("partition").asInt())
                .findFirst()
                .orElseThrow(() -> new AssertionError("node " + node + " owns nothing of " + partitions));
    }

    private static void clientsAreRefused(Http near) {
        Http.Answer plain = near.send("POST", "internal/append", "application/octet-stream", new byte[] {1});
        assertThat(plain.status()).isEqualTo(403);
        assertThat(plain.json().path("error_code").asInt()).isEqualTo(40301);
        Http.Answer asked = near.get("internal/append");
        assertThat(asked.status()).isEqualTo(405);
        assertThat(asked.json().path("error_code").asInt()).isEqualTo(40500);
        Http.Answer guessed = near.send(near.request("internal/fetch")
                .header("Barnabas-From", "2")
                .header("Barnabas-To", "1")
                .header("Barnabas-Credential", "0".repeat(64))
                .POST(HttpRequest.BodyPublishers.ofString("x")));
        assertThat(guessed.status()).isEqualTo(403);
    }

    private static void writesAndReads(Http near, Http far, int foreign) {
        for (int record = 0; record < 5; record++) {
            assertThat(stored(near, foreign, "v" + record)).isTrue();
        }
        assertThat(values(near, foreign)).isEqualTo(numbered(5));
        assertThat(values(far, foreign)).isEqualTo(numbered(5));
        assertThat(near.get("topics/" + TOPIC + "/partitions/" + foreign + "/offsets")
                        .expect(200)
                        .json()
                        .path("end_offset")
                        .asLong())
                .isEqualTo(5);
        assertThat(forwarded(near, "append")).isGreaterThanOrEqualTo(5);
        assertThat(forwarded(near, "fetch")).isPositive();
        assertThat(Metrics.of(near).sum("barnabas_forward_duration_seconds_count"))
                .isGreaterThanOrEqualTo(6);
    }

    private static double forwarded(Http server, String operation) {
        return Metrics.of(server).series("barnabas_forwarded_requests_total").entrySet().stream()
                .filter(series -> series.getKey().get("operation").equals(operation)
                        && series.getKey().get("outcome").equals("done"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    private static void pollsAndPushes(Http near, Http far, int foreign) {
        CompletableFuture<Http.Answer> poll = near.sendAsync(
                near.request(records(foreign) + "?offset=5&timeout=40000").header("Accept", Http.TEXT));
        try (WsClient socket = WsClient.connect(near.webSocket("ws"))) {
            socket.request(WsClient.frame("subscribe")
                    .put("topic", TOPIC)
                    .put("from", "earliest")
                    .put("credit", 1000)
                    .put("format", "text"));
            socket.await(frame -> holds(frame, "v4"));
            assertThat(stored(far, foreign, "v5")).isTrue();
            socket.await(frame -> holds(frame, "v5"));
        }
        assertThat(poll.orTimeout(20, TimeUnit.SECONDS)
                        .join()
                        .expect(200)
                        .json()
                        .get(0)
                        .path("value")
                        .asText())
                .isEqualTo("v5");
    }

    private static boolean holds(JsonNode frame, String value) {
        return StreamSupport.stream(frame.path("records").spliterator(), false)
                .anyMatch(record -> record.path("value").asText().equals(value));
    }

    private static void goesOnWithoutTheOther(Http near, BarnabasProcess second, int own, int foreign) {
        second.kill9();
        await().atMost(PATIENCE).untilAsserted(() -> {
            Http.Answer offline = near.get(records(foreign) + "?offset=0", Http.TEXT);
            assertThat(offline.status()).isEqualTo(503);
            assertThat(offline.json().path("error_code").asInt()).isEqualTo(50303);
            assertThat(offline.json().path("message").asText()).contains("node " + SECOND);
            assertThat(offline.header("Retry-After")).isNotEmpty();
        });
        assertThat(produce(near, foreign, "nobody takes this")
                        .path("error_code")
                        .asInt())
                .isEqualTo(50303);
        assertThat(stored(near, own, "x")).isTrue();
    }

    private static void comesBack(Http near, Http far, int foreign) {
        await().atMost(PATIENCE).until(() -> stored(near, foreign, "v6"));
        assertThat(values(near, foreign)).isEqualTo(numbered(7));
        assertThat(values(far, foreign)).isEqualTo(numbered(7));
    }

    private static boolean stored(Http through, int partition, String value) {
        return produce(through, partition, value).path("offset").isNumber();
    }

    /** What became of the record. */
    private static JsonNode produce(Http through, int partition, String value) {
        return through.post(
                        "topics/" + TOPIC + "/partitions/" + partition,
                        Http.TEXT,
                        "{\"records\":[{\"value\":\"" + value + "\"}]}")
                .expect(200)
                .json()
                .path("offsets")
                .path(0);
    }

    /** All there is: an answer may end where a segment does, as one does after a crash. */
    private static List<String> values(Http through, int partition) {
        List<String> values = new ArrayList<>();
        String next = "0";
        Http.Answer answer;
        do {
            answer = through.get(records(partition) + "?timeout=0&offset=" + next, Http.TEXT)
                    .expect(200);
            answer.json().forEach(record -> values.add(record.path("value").asText()));
            next = answer.header("Barnabas-Next-Offset");
        } while (!answer.json().isEmpty());
        return values;
    }

    private static String records(int partition) {
        return "topics/" + TOPIC + "/partitions/" + partition + "/records";
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(number -> "v" + number).toList();
    }
}
