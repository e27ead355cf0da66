package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.Http;
import io.barnabas.testing.OnPayaraMicro;
import io.barnabas.testing.WsClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The frames of {@code /ws} against the real server. */
@OnPayaraMicro
class WebSocketIT {
    private static final int SOCKETS = 1_000;
    private static final int RECORDS_EACH = 20;

    private final Http server;
    private final URI uri;

    WebSocketIT(Http server) {
        this.server = server;
        this.uri = server.webSocket("ws");
    }

    @Test
    void producesAndSubscribesOnOneSocket() {
        topic("ws-both", 2);
        try (WsClient client = WsClient.connect(uri, WsClient.builder().subprotocols("barnabas.json.v1"))) {
            client.send("{\"type\":\"subscribe\",\"id\":\"s\",\"topic\":\"ws-both\",\"from\":\"earliest\"}");
            client.awaitType("assigned");
            client.send("{\"type\":\"produce\",\"id\":\"p\",\"topic\":\"ws-both\","
                    + "\"records\":[{\"key\":\"k\",\"value\":{\"a\":[1,null]},\"partition\":1}]}");
            JsonNode records = client.awaitType("records");
            assertThat(records.path("partition").asInt()).isEqualTo(1);
            assertThat(records.path("records").get(0).path("value").toString()).isEqualTo("{\"a\":[1,null]}");
            assertThat(client.awaitType("produced").path("offsets").toString())
                    .isEqualTo("[{\"partition\":1,\"offset\":0}]");
        }
    }

    @Test
    void answersManyProduceFramesInOrder() {
        topic("ws-order", 1);
        try (WsClient client = WsClient.connect(uri)) {
            for (int i = 0; i < 60; i++) {
                client.send("{\"type\":\"produce\",\"id\":" + i + ",\"topic\":\"ws-order\",\"format\":\"text\","
                        + "\"records\":[{\"value\":\"v" + i + "\"}]}");
            }
            List<JsonNode> answers = client.awaitAll(
                    60, frame -> "produced".equals(frame.path("type").asText()));
            for (int i = 0; i < 60; i++) {
                assertThat(answers.get(i).path("id").asInt()).isEqualTo(i);
                assertThat(answers.get(i).path("offsets").get(0).path("offset").asInt())
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void staysOpenAfterAWrongFrame() {
        try (WsClient client = WsClient.connect(uri)) {
            client.send("{\"type\":\"produce\",\"id\":\"x\",\"topic\":\"ws-nope\",\"records\":[{\"value\":1}]}");
            assertThat(client.awaitType("error").path("error_code").asInt())
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC.number());
            client.send("{\"type\":\"credit\",\"id\":\"y\",\"records\":1}");
            client.await(frame -> "y".equals(frame.path("id").asText()));
            assertThat(client.isClosed()).isFalse();
        }
    }

    @Test
    void closesAfterAFrameThatIsNoJson() {
        WsClient client = WsClient.connect(uri);
        client.send("hello");
        assertThat(client.awaitClosed()).isEqualTo(1007);
        assertThat(client.received("error").get(0).path("error_code").asInt())
                .isEqualTo(ErrorCode.MALFORMED_REQUEST.number());
    }

    @Test
    void closesAfterABinaryFrame() {
        WsClient client = WsClient.connect(uri);
        client.send(ByteBuffer.allocate(3));
        assertThat(client.awaitClosed()).isEqualTo(1003);
    }

    @Test
    void closesAfterAFrameThatIsTooLarge() {
        WsClient client = WsClient.connect(uri);
        client.send("{\"type\":\"credit\",\"id\":\"" + "x".repeat(1 << 20) + "\"}");
        assertThat(client.awaitClosed()).isEqualTo(1009);
    }

    @Test
    void closesAfterAFrameThatTheTransportCannotHold() {
        WsClient client = WsClient.connect(uri);
        client.sendUnlessClosed("{\"type\":\"credit\",\"id\":\"" + "x".repeat(5 << 20) + "\"}");
        assertThat(client.awaitClosed())
                .as("1009, or cut off while it was still sending")
                .isIn(1009, 1006);
    }

    @Test
    void refusesForeignOriginsAndUnknownProtocols() {
        // HttpClient sets no Origin, but takes one; its failure names the status.
        assertThatThrownBy(() -> WsClient.connect(uri, WsClient.builder().header("Origin", "https://evil.example")))
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .cause()
                .satisfies(failure -> assertThat(((WebSocketHandshakeException) failure)
                                .getResponse()
                                .statusCode())
                        .isEqualTo(403));
        assertThatThrownBy(() -> WsClient.connect(uri, WsClient.builder().subprotocols("other.v1")))
                .cause()
                .satisfies(failure -> assertThat(((WebSocketHandshakeException) failure)
                                .getResponse()
                                .statusCode())
                        .isEqualTo(400));
        WsClient.connect(uri, WsClient.builder().header("Origin", "http://127.0.0.1:" + uri.getPort()))
                .close();
    }

    @Test
    void handsPartitionsFromMemberToMember() {
        topic("ws-members", 2);
        String subscribe = "{\"type\":\"subscribe\",\"id\":\"s\",\"topic\":\"ws-members\",\"group\":\"ws-members-g\"}";
        try (WsClient first = WsClient.connect(uri)) {
            first.send(subscribe);
            first.await(frame -> frame.path("partitions").size() == 2);
            WsClient second = WsClient.connect(uri);
            second.send(subscribe);
            assertThat(first.awaitType("revoked").path("partitions")).hasSize(1);
            assertThat(second.awaitType("assigned").path("partitions")).hasSize(1);
            second.breakOff();
            first.awaitAll(
                    2,
                    frame -> frame.path("partitions").size() == 2
                            && "assigned".equals(frame.path("type").asText()));
        }
    }

    @Test
    void goesOnWithASlowReaderWhereItStopped() {
        topic("ws-slow", 1);
        String value = "x".repeat(100_000);
        try (WsClient producer = WsClient.connect(uri);
                WsClient slow = WsClient.connect(uri)) {
            slow.send(
                    "{\"type\":\"subscribe\",\"id\":\"s\",\"topic\":\"ws-slow\",\"format\":\"text\",\"credit\":100000}");
            slow.awaitType("assigned");
            slow.stopReading();
            for (int i = 0; i < 300; i++) {
                producer.send("{\"type\":\"produce\",\"id\":" + i
                        + ",\"topic\":\"ws-slow\",\"format\":\"text\",\"acks\":\"leader\",\"records\":[{\"value\":\""
                        + value
                        + "\"}]}");
                producer.awaitAll(
                        i + 1, frame -> "produced".equals(frame.path("type").asText()));
            }
            slow.readOn();
            List<JsonNode> frames = slow.awaitAll(1, frame -> offsets(frame).contains(299L));
            assertThat(frames).hasSize(1);
            List<Long> all = slow.received("records").stream()
                    .flatMap(frame -> offsets(frame).stream())
                    .toList();
            assertThat(all).hasSize(300).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void pushesEveryRecordToAThousandSockets() throws InterruptedException {
        topic("ws-thousand", 1);
        CountDownLatch assigned = new CountDownLatch(SOCKETS);
        CountDownLatch complete = new CountDownLatch(SOCKETS);
        HttpClient http = HttpClient.newHttpClient();
        List<WebSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < SOCKETS; i++) {
                sockets.add(http.newWebSocketBuilder()
                        .buildAsync(uri, new Counting(assigned, complete))
                        .join());
            }
            for (WebSocket socket : sockets) {
                socket.sendText("{\"type\":\"subscribe\",\"topic\":\"ws-thousand\",\"format\":\"text\"}", true)
                        .join();
            }
            assertThat(assigned.await(60, TimeUnit.SECONDS)).isTrue();
            try (WsClient producer = WsClient.connect(uri)) {
                for (int i = 0; i < RECORDS_EACH; i++) {
                    producer.send("{\"type\":\"produce\",\"id\":" + i
                            + ",\"topic\":\"ws-thousand\",\"format\":\"text\",\"records\":[{\"value\":\"" + i
                            + "\"}]}");
                }
                producer.awaitAll(RECORDS_EACH, frame -> "produced"
                        .equals(frame.path("type").asText()));
            }
            assertThat(complete.await(Duration.ofSeconds(60).toSeconds(), TimeUnit.SECONDS))
                    .as(() -> complete.getCount() + " sockets miss records")
                    .isTrue();
        } finally {
            sockets.forEach(WebSocket::abort);
        }
    }

    private void topic(String name, int partitions) {
        server.post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + name + "\",\"partitions_count\":" + partitions + "}")
                .expect(201);
    }

    private static List<Long> offsets(JsonNode frame) {
        List<Long> offsets = new ArrayList<>();
        frame.path("records")
                .forEach(record -> offsets.add(record.path("offset").asLong()));
        return offsets;
    }

    /** Counts the records of one of many sockets. */
    private static final class Counting implements WebSocket.Listener {
        private final CountDownLatch assigned;
        private final CountDownLatch complete;
        private final StringBuilder frame = new StringBuilder();
        private final AtomicInteger records = new AtomicInteger();

        Counting(CountDownLatch assigned, CountDownLatch complete) {
            this.assigned = assigned;
            this.complete = complete;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            frame.append(part);
            if (last) {
                if (frame.indexOf("\"type\":\"assigned\"") >= 0) {
                    assigned.countDown();
                }
                int at = frame.indexOf(",\"offset\":");
                while (frame.indexOf("\"type\":\"records\"") >= 0 && at >= 0) {
                    if (records.incrementAndGet() == RECORDS_EACH) {
                        complete.countDown();
                    }
                    at = frame.indexOf(",\"offset\":", at + 1);
                }
                frame.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
