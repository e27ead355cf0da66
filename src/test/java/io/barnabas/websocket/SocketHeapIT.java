package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Http;
import io.barnabas.testing.LiveHeap;
import io.barnabas.testing.WsClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a subscribed socket costs the server's heap: what lives after a collection with many sockets, less what lives
 * without them. Some sockets come and go first, so that classes and pools are there in both.
 */
class SocketHeapIT {
    private static final int SOCKETS = 1_000;
    private static final int SOCKETS_BEFORE = 50;
    private static final int RECORDS = 20;
    private static final int WAIT_SECONDS = 90;
    private static final long MOST_BYTES_A_SOCKET = 64 << 10;

    @TempDir
    Path data;

    @Test
    void takesLittleOfTheHeapForASocketThatFollowsATopic() throws Exception {
        // given
        try (BarnabasProcess node = BarnabasProcess.at(data).start()) {
            node.http()
                    .post("admin/topics", Http.CONTROL, "{\"topic_name\":\"heap\",\"partitions_count\":1}")
                    .expect(201);
            URI uri = node.http().webSocket("ws");
            close(follow(uri, SOCKETS_BEFORE));
            long before = LiveHeap.bytes(node.process().pid());
            // when
            List<WebSocket> sockets = follow(uri, SOCKETS);
            long with = LiveHeap.bytes(node.process().pid());
            close(sockets);
            // then
            long each = (with - before) / SOCKETS;
            System.out.println("heap of a subscribed WebSocket: " + each + " bytes");
            assertThat(each).isPositive().isLessThan(MOST_BYTES_A_SOCKET);
        }
    }

    /** Sockets that have each got all records. */
    private static List<WebSocket> follow(URI uri, int count) throws InterruptedException {
        CountDownLatch assigned = new CountDownLatch(count);
        CountDownLatch complete = new CountDownLatch(count);
        HttpClient client = HttpClient.newHttpClient();
        List<WebSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            WebSocket socket = client.newWebSocketBuilder()
                    .buildAsync(uri, new Following(assigned, complete))
                    .join();
            sockets.add(socket);
            socket.sendText("{\"type\":\"subscribe\",\"topic\":\"heap\",\"from\":\"latest\"}", true)
                    .join();
        }
        assertThat(assigned.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        try (WsClient producer = WsClient.connect(uri)) {
            for (int i = 0; i < RECORDS; i++) {
                producer.send("{\"type\":\"produce\",\"id\":" + i + ",\"topic\":\"heap\",\"records\":[{\"value\":\""
                        + "v".repeat(100) + "\"}]}");
            }
            producer.awaitAll(
                    RECORDS, frame -> "produced".equals(frame.path("type").asText()));
        }
        assertThat(complete.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return sockets;
    }

    private static void close(List<WebSocket> sockets) {
        sockets.forEach(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join());
    }

    /** Counts records by their offsets, which each frame has once a record. */
    private static final class Following implements WebSocket.Listener {
        private final CountDownLatch assigned;
        private final CountDownLatch complete;
        private final StringBuilder frame = new StringBuilder();
        private int records;

        Following(CountDownLatch assigned, CountDownLatch complete) {
            this.assigned = assigned;
            this.complete = complete;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                take(frame.toString());
                frame.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void take(String text) {
            if (text.startsWith("{\"type\":\"assigned\"")) {
                assigned.countDown();
            }
            int before = records;
            for (int at = text.indexOf("\"offset\":"); at >= 0 && text.contains("\"records\":["); ) {
                records++;
                at = text.indexOf("\"offset\":", at + 1);
            }
            if (before < RECORDS && records >= RECORDS) {
                complete.countDown();
            }
        }
    }
}
