package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One keep-alive connection to an HTTP server. Requests may be sent before earlier ones are answered; answers come in
 * order. When the server says that it closes after an answer, what was sent behind that one is sent again on a new
 * connection. Confined to its loop's thread.
 */
final class HttpConnection implements Connection.Input {
    /** Takes an answer; called during a turn. */
    interface Listener {
        void answered(HttpAnswer answer) throws IOException;
    }

    private record Sent(ByteBuffer head, ByteBuffer body, Listener listener) {
        void on(Connection connection) throws IOException {
            connection.send(head.duplicate());
            if (body.hasRemaining()) {
                connection.send(body.duplicate());
            }
        }
    }

    private final EventLoop loop;
    private final BarnabasUrl url;
    private final HttpParser parser = new HttpParser();
    private final Deque<Sent> unanswered = new ArrayDeque<>();
    private Connection connection;

    HttpConnection(EventLoop loop, BarnabasUrl url) {
        this.loop = loop;
        this.url = url;
    }

    int unanswered() {
        return unanswered.size();
    }

    void get(String path, String accept, Listener listener) throws IOException {
        send(
                "GET " + path + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nAccept: " + accept + "\r\n\r\n",
                ByteBuffer.allocate(0),
                listener);
    }

    /** The body is the connection's from here on. */
    void post(String path, String contentType, ByteBuffer body, Listener listener) throws IOException {
        send(
                "POST " + path + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nContent-Type: " + contentType
                        + "\r\nContent-Length: " + body.remaining() + "\r\n\r\n",
                body,
                listener);
    }

    void delete(String path, Listener listener) throws IOException {
        send("DELETE " + path + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n\r\n", ByteBuffer.allocate(0), listener);
    }

    @Override
    public void received(ByteBuffer bytes) throws IOException {
        HttpAnswer answer = parser.next(bytes);
        while (answer != null) {
            Sent sent = unanswered.poll();
            if (sent == null) {
                throw new IOException("an answer that was not asked for: " + answer.describe());
            }
            if (parser.wasLast()) {
                reopen();
            }
            sent.listener().answered(answer);
            answer = parser.wasLast() ? null : parser.next(bytes);
        }
    }

    @Override
    public void closed() throws IOException {
        connection = null;
        if (!unanswered.isEmpty()) {
            throw new IOException(
                    "the server closed the connection with " + unanswered.size() + " requests unanswered");
        }
    }

    private void send(String head, ByteBuffer body, Listener listener) throws IOException {
        Sent sent = new Sent(ByteBuffer.wrap(head.getBytes(US_ASCII)), body, listener);
        if (connection == null) {
            connection = loop.connect(url.address(), this);
        }
        unanswered.add(sent);
        sent.on(connection);
    }

    private void reopen() throws IOException {
        connection.close();
        connection = null;
        if (!unanswered.isEmpty()) {
            connection = loop.connect(url.address(), this);
            for (Sent sent : unanswered) {
                sent.on(connection);
            }
        }
    }
}
