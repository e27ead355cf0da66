package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Topics of a Barnabas server, made and deleted over HTTP. Waits for each answer, at most half a minute. Confined. */
final class BarnabasAdmin implements Closeable {
    private static final String JSON = "application/json";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A request to send on the connection that is given. */
    interface Request {
        void send(HttpConnection connection, HttpConnection.Listener listener) throws IOException;
    }

    private final BarnabasUrl url;
    private final LongSupplier clock;
    private final EventLoop loop;
    private final HttpConnection connection;
    private HttpAnswer answer;

    BarnabasAdmin(BarnabasUrl url, LongSupplier clock) throws IOException {
        this.url = url;
        this.clock = clock;
        this.loop = new EventLoop();
        this.connection = new HttpConnection(loop, url);
    }

    void createTopic(String topic, int partitions) throws IOException {
        byte[] body = ("{\"topic_name\":\"" + topic + "\",\"partitions_count\":" + partitions + "}").getBytes(UTF_8);
        requireOk(
                "creating topic " + topic,
                call((http, listener) ->
                        http.post(url.base() + "/admin/topics", JSON, ByteBuffer.wrap(body), listener)));
    }

    void deleteTopic(String topic) throws IOException {
        requireOk(
                "deleting topic " + topic,
                call((http, listener) -> http.delete(url.base() + "/admin/topics/" + topic, listener)));
    }

    /** Sends a request and waits for its answer. */
    HttpAnswer call(Request request) throws IOException {
        answer = null;
        request.send(connection, this::answered);
        long deadline = clock.getAsLong() + PATIENCE_NANOS;
        while (answer == null) {
            if (clock.getAsLong() - deadline > 0) {
                throw new IOException(url.authority() + " does not answer");
            }
            loop.turn(TURN_NANOS);
        }
        return answer;
    }

    @Override
    public void close() throws IOException {
        loop.close();
    }

    private void answered(HttpAnswer passing) {
        ByteBuffer copy = ByteBuffer.allocate(passing.body().remaining())
                .put(passing.body())
                .flip();
        answer = new HttpAnswer(passing.status(), copy);
    }

    private static void requireOk(String what, HttpAnswer answer) throws IOException {
        if (!answer.ok()) {
            throw new IOException(what + ": " + answer.describe());
        }
    }
}
