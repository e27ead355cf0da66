package io.barnabas.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.testing.AcknowledgedRecords;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.FreePort;
import io.barnabas.testing.Http;
import io.barnabas.testing.WsClient;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node's life as a probe, producers and subscribers see it: it starts, recovers, serves, and is told to end while it
 * is written to over HTTP and WebSocket. Nothing that was acknowledged is lost, nobody is cut off without a word, and it
 * is over well within the time that the manifests give it.
 */
class LifeIT {
    private static final int PARTITIONS = 3;
    private static final int RECORDS_PER_REQUEST = 10;
    private static final int ENOUGH_RECORDS = 2_000;
    private static final int DRAINING = 50308;
    private static final int NOBODY = 0;
    private static final Duration GRACE = Duration.ofSeconds(55); // of 60 s, less the 5 s of preStop

    private final AcknowledgedRecords records = new AcknowledgedRecords("life");
    private final AtomicInteger requests = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> cut = new ConcurrentLinkedQueue<>();
    private final AtomicInteger toldToGo = new AtomicInteger();

    @TempDir
    Path data;

    @Test
    void losesNothingAndCutsNobodyOffWhenItIsToldToEndUnderLoad() throws Exception {
        // given
        ExecutorService threads = Executors.newCachedThreadPool();
        int port = FreePort.next();
        try (Probes probes = Probes.of(port);
                BarnabasProcess node = BarnabasProcess.at(data).onPort(port).start()) {
            node.http()
                    .post("admin/topics", Http.CONTROL, "{\"topic_name\":\"life\",\"partitions_count\":3}")
                    .expect(201);
            List<WsClient> producers = sockets(node, 2);
            List<WsClient> subscribers = sockets(node, 2);
            subscribers.forEach(LifeIT::subscribe);
            List<Future<?>> load = new ArrayList<>();
            for (int producer = 0; producer < 3; producer++) {
                load.add(threads.submit(() -> produceUntilGone(node.http())));
            }
            producers.forEach(socket -> load.add(threads.submit(() -> produceUntilDraining(socket))));
            await().atMost(Duration.ofMinutes(2)).until(() -> records.count() >= ENOUGH_RECORDS);
            await().atMost(Duration.ofSeconds(30)).until(() -> probes.count("ready", 200) > 0);
            long servingNanos =
                    System.nanoTime(); // a new topic's partitions, being opened, make it unready for a moment
            probes.awaitAnother("ready", 200);
            probes.awaitAnother("live", 200);
            // when
            long toldNanos = System.nanoTime();
            int exitCode = node.stop();
            long endedMs = Duration.ofNanos(System.nanoTime() - toldNanos).toMillis();
            for (Future<?> one : load) {
                one.get();
            }
            // then
            assertThat(exitCode).isEqualTo(143);
            assertThat(endedMs).isLessThan(GRACE.toMillis());
            assertThat(cut).as("requests that got no answer").isEmpty();
            assertThat(toldToGo).as("answers that say that the node goes").hasPositiveValue();
            assertThat(probes.after("ready", toldNanos))
                    .as("not ready while it drains")
                    .contains(503);
            assertThat(probes.between("live", probes.first("ready", 200), toldNanos))
                    .as("alive while it serves")
                    .containsOnly(200);
            assertThat(probes.between("ready", servingNanos, toldNanos))
                    .as("ready while it serves")
                    .containsOnly(200);
            assertThat(probes.statuses())
                    .as("nobody there, not yet or not any more, well; nothing of the server's own")
                    .isSubsetOf(NOBODY, 503, 200);
            assertThat(node.process().output()).as("what CDI complains of").noneMatch(line -> line.contains("WELD-"));
            assertThat(node.process().output()).endsWith("Barnabas has stopped");
            for (WsClient socket : subscribers) {
                assertThat(socket.awaitClosed()).as("closing code").isEqualTo(1001);
                assertThat(socket.received("draining")).hasSize(1);
            }
            for (WsClient socket : producers) {
                assertThat(socket.awaitClosed()).as("closing code").isEqualTo(1001);
                assertThat(socket.received("draining")).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
        try (BarnabasProcess again = BarnabasProcess.at(data).start()) {
            assertThat(records.compareWith(again.http(), PARTITIONS)).isGreaterThanOrEqualTo(records.count());
        }
    }

    private static List<WsClient> sockets(BarnabasProcess node, int count) {
        return IntStream.range(0, count)
                .mapToObj(each -> WsClient.connect(node.http().webSocket("ws")))
                .toList();
    }

    private static void subscribe(WsClient socket) {
        ObjectNode frame = WsClient.frame("subscribe")
                .put("topic", "life")
                .put("group", "readers")
                .put("from", "earliest")
                .put("credit", 10_000_000)
                .put("format", "text")
                .put("autoCommit", true);
        assertThat(socket.request(frame).path("type").asText()).isEqualTo("subscribed");
    }

    private List<String> values() {
        int request = requests.incrementAndGet();
        return IntStream.range(0, RECORDS_PER_REQUEST)
                .mapToObj(record -> "value-" + request + "-" + record)
                .toList();
    }

    /**
     * Until nobody listens any more. A client that does not go when it is told to is told again and again, always in the
     * same words; at last its connection is refused or closed. Whoever was not told yet is answered.
     */
    private void produceUntilGone(Http server) {
        boolean told = false;
        while (true) {
            List<String> values = values();
            String body = values.stream()
                    .map(value -> "{\"value\":\"" + value + "\"}")
                    .collect(Collectors.joining(",", "{\"records\":[", "]}"));
            records.sending(values);
            try {
                Http.Answer answer = server.postAsync("topics/life?acks=all", Http.TEXT, body)
                        .join();
                told |= wasToldToGo(answer, values);
            } catch (CompletionException e) {
                boolean gone =
                        e.getCause() instanceof ConnectException || (told && e.getCause() instanceof IOException);
                if (!gone) {
                    cut.add(e);
                }
                return;
            }
        }
    }

    private boolean wasToldToGo(Http.Answer answer, List<String> values) {
        JsonNode json = answer.json();
        if (answer.status() == 200) {
            records.acknowledged(values, json.get("offsets"));
            json = json.get("offsets").get(0); // each record has an answer of its own
        } else {
            assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        }
        if (!json.hasNonNull("error_code")) {
            return false;
        }
        assertThat(json.get("error_code").asInt()).isEqualTo(DRAINING);
        assertThat(answer.header("Connection")).as("Connection").isEqualTo("close");
        toldToGo.incrementAndGet();
        return true;
    }

    /** One frame after the other; every one that was sent before the server said that it drains is answered. */
    private void produceUntilDraining(WsClient socket) {
        while (socket.received("draining").isEmpty()) {
            List<String> values = values();
            ObjectNode frame = WsClient.frame("produce")
                    .put("topic", "life")
                    .put("acks", "all")
                    .put("format", "text");
            values.forEach(value -> frame.withArray("records").addObject().put("value", value));
            records.sending(values);
            try {
                JsonNode answer = socket.request(frame);
                if (answer.path("type").asText().equals("produced")) {
                    records.acknowledged(values, answer.get("offsets"));
                }
            } catch (RuntimeException | AssertionError e) {
                if (socket.received("draining").isEmpty()) {
                    cut.add(e);
                }
                return;
            }
        }
    }
}
