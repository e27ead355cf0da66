package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.testing.Batches;
import io.barnabas.testing.Http;
import io.barnabas.testing.OnPayaraMicro;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whole batches over {@code /ws} against the real server. */
@OnPayaraMicro
class WebSocketBinaryIT {
    private static final String BATCHES = "application/vnd.barnabas.batches";

    private final Http server;
    private final URI uri;

    WebSocketBinaryIT(Http server) {
        this.server = server;
        this.uri = server.webSocket("ws");
    }

    @Test
    void storesAndSendsWholeBatches() throws InterruptedException {
        topic("wsb-both");
        Peer peer = new Peer(uri);
        for (int id = 0; id < 40; id++) {
            peer.send(produce("wsb-both", id, 0, Batches.of("a" + id, "b" + id)));
        }
        for (int id = 0; id < 40; id++) {
            ByteBuffer answer = peer.binary();
            assertThat(answer.get(BinaryFrame.KIND_AT)).isEqualTo(BinaryFrame.PRODUCED);
            assertThat(answer.getInt(BinaryFrame.ID_AT)).isEqualTo(id);
            assertThat(answer.getLong(BinaryFrame.OFFSET_AT)).isEqualTo(2L * id);
            assertThat(answer.getLong(BinaryFrame.END_AT)).isEqualTo(2L * id + 1);
        }
        peer.socket
                .sendText("{\"type\":\"subscribe\",\"topic\":\"wsb-both\",\"from\":\"earliest\"}", true)
                .join();
        assertWholeFrom(peer, "wsb-both", 80);
        peer.close();
    }

    /** What is on its way to a client that does not read lies in memory that must not be lent to anybody else meanwhile. */
    @Test
    void sendsEveryoneWhatIsStoredWhileSomeDoNotRead() throws InterruptedException {
        // given
        int partitions = 3;
        int batches = 60;
        server.post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"wsb-slow\",\"partitions_count\":" + partitions + "}")
                .expect(201);
        for (int partition = 0; partition < partitions; partition++) {
            for (int number = 0; number < batches; number++) {
                String value = (partition + "-" + number + "-").repeat(20_000);
                server.send("POST", batchesOf(partition), BATCHES, bytes(Batches.of(value)))
                        .expect(200);
            }
        }
        // when
        List<Peer> slow = List.of(subscribed("wsb-slow", 0), subscribed("wsb-slow", 1));
        slow.forEach(Peer::stopReading);
        Peer quick = subscribed("wsb-slow", 2);
        assertWholeFrom(quick, "wsb-slow", batches);
        for (int number = 0; number < batches; number++) {
            byte[] read = server.send(server.request(batchesOf(number % partitions) + "?offset=" + number)
                            .GET())
                    .expect(200)
                    .bytes();
            RecordBatch batch = RecordBatch.at(ByteBuffer.wrap(read));
            assertThat(batch.baseOffset()).isEqualTo(number);
            assertThat(batch.crcValid()).isTrue();
        }
        // then
        for (Peer peer : slow) {
            peer.readOn();
            assertWholeFrom(peer, "wsb-slow", batches);
        }
        quick.close();
        slow.forEach(Peer::close);
    }

    private static String batchesOf(int partition) {
        return "topics/wsb-slow/partitions/" + partition + "/batches";
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private Peer subscribed(String topic, int partition) {
        Peer peer = new Peer(uri);
        peer.socket
                .sendText(
                        "{\"type\":\"subscribe\",\"topic\":\"" + topic + "\",\"partitions\":[" + partition
                                + "],\"from\":\"earliest\",\"credit\":1000}",
                        true)
                .join();
        return peer;
    }

    private static void assertWholeFrom(Peer peer, String topic, long end) throws InterruptedException {
        long next = 0;
        while (next < end) {
            ByteBuffer records = peer.binary();
            assertThat(records.get(BinaryFrame.KIND_AT)).isEqualTo(BinaryFrame.RECORDS);
            assertThat(records.getLong(BinaryFrame.OFFSET_AT)).isEqualTo(next);
            int at = BinaryFrame.HEADER_BYTES + topic.length();
            for (RecordBatch batch : RecordBatches.stored(records.slice(at, records.limit() - at))) {
                assertThat(batch.baseOffset()).isEqualTo(next);
                assertThat(batch.crcValid()).isTrue();
                next = batch.endOffset();
            }
        }
    }

    @Test
    void answersWrongFramesAndStaysOpen() throws InterruptedException {
        topic("wsb-wrong");
        Peer peer = new Peer(uri);
        peer.send(ByteBuffer.wrap(new byte[] {9, 1, 0, 0, 0, 0, 0, 5}));
        assertThat(peer.text()).contains("\"id\":5", "" + ErrorCode.INVALID_FIELD.number());
        ByteBuffer damaged = Batches.of("a");
        damaged.put(damaged.limit() - 2, (byte) 7);
        peer.send(produce("wsb-wrong", 1, 0, damaged));
        peer.send(produce("wsb-wrong", 2, 7, Batches.of("a")));
        peer.send(produce("wsb-wrong", 3, 0, ByteBuffer.wrap(new byte[] {1, 2, 3})));
        peer.send(produce("wsb-wrong", 4, 0, Batches.of("a")));
        assertThat(peer.binary().getInt(BinaryFrame.ERROR_CODE_AT)).isEqualTo(ErrorCode.UNREADABLE_BATCH.number());
        assertThat(peer.binary().getInt(BinaryFrame.ERROR_CODE_AT)).isEqualTo(ErrorCode.UNKNOWN_PARTITION.number());
        assertThat(peer.binary().getInt(BinaryFrame.ERROR_CODE_AT)).isEqualTo(ErrorCode.UNREADABLE_BATCH.number());
        assertThat(peer.binary().getInt(BinaryFrame.ERROR_CODE_AT)).isZero();
        peer.close();
    }

    private void topic(String name) {
        server.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"" + name + "\",\"partitions_count\":1}")
                .expect(201);
    }

    private static ByteBuffer produce(String topic, int id, int partition, ByteBuffer batches) {
        byte[] name = topic.getBytes(UTF_8);
        return ByteBuffer.allocate(BinaryFrame.HEADER_BYTES + name.length + batches.remaining())
                .put(0, (byte) 1)
                .put(1, (byte) 1)
                .putInt(4, id)
                .putInt(8, partition)
                .putShort(32, (short) name.length)
                .put(34, name)
                .put(34 + name.length, batches, batches.position(), batches.remaining());
    }

    /** A client that keeps whole messages. Its callbacks come one at a time. */
    private static final class Peer implements WebSocket.Listener {
        private static final int WAIT_SECONDS = 30;

        private final BlockingQueue<ByteBuffer> binaries = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final ByteArrayOutputStream partialBytes = new ByteArrayOutputStream();
        private final StringBuilder partialText = new StringBuilder();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final WebSocket socket;

        /** Whether it waits before it takes anything more from the connection. Volatile: told by the test's thread. */
        private volatile boolean holding;

        Peer(URI uri) {
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .subprotocols("barnabas.binary.v1")
                    .buildAsync(uri, this)
                    .join();
        }

        void send(ByteBuffer frame) {
            socket.sendBinary(frame, true).join();
        }

        ByteBuffer binary() throws InterruptedException {
            ByteBuffer frame = binaries.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(frame).as("a binary frame; texts: %s", texts).isNotNull();
            return frame;
        }

        String text() throws InterruptedException {
            return texts.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        }

        /** Reads no more than what is under way. */
        void stopReading() {
            holding = true;
        }

        void readOn() {
            holding = false;
            socket.request(1);
        }

        void close() {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            assertThat(closed.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join()).isEqualTo(WebSocket.NORMAL_CLOSURE);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            partialBytes.writeBytes(bytes);
            if (last) {
                binaries.add(ByteBuffer.wrap(partialBytes.toByteArray()));
                partialBytes.reset();
            }
            if (!holding) {
                from.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            partialText.append(part);
            if (last) {
                texts.add(partialText.toString());
                partialText.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }
    }
}
