package io.barnabas.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A WebSocket client that speaks JSON frames and remembers every frame it got, in order. Waiting is by condition: the
 * thread sleeps until a frame that fits is there. Thread-safe.
 */
public final class WsClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final AtomicInteger nextId = new AtomicInteger();
    private final Inbox inbox;
    private final WebSocket socket;

    private WsClient(Inbox inbox, WebSocket socket) {
        this.inbox = inbox;
        this.socket = socket;
    }

    /** Connects without asking for a sub-protocol. */
    public static WsClient connect(URI uri) {
        return connect(uri, HTTP.newWebSocketBuilder());
    }

    /** Connects with what the builder says: headers, sub-protocols. Fails with the handshake's failure. */
    public static WsClient connect(URI uri, WebSocket.Builder builder) {
        Inbox inbox = new Inbox();
        try {
            return new WsClient(
                    inbox,
                    builder.connectTimeout(TIMEOUT).buildAsync(uri, inbox).join());
        } catch (CompletionException e) {
            throw new IllegalStateException("cannot connect to " + uri + ": " + e.getCause(), e.getCause());
        }
    }

    /** For {@link #connect(URI, WebSocket.Builder)}. */
    public static WebSocket.Builder builder() {
        return HTTP.newWebSocketBuilder();
    }

    /** An empty JSON object with its type. */
    public static ObjectNode frame(String type) {
        return MAPPER.createObjectNode().put("type", type);
    }

    /** The sub-protocol that was agreed on; empty for none. */
    public String subprotocol() {
        return socket.getSubprotocol();
    }

    /** Sends a text frame as it is, readable or not. */
    public synchronized void send(String text) {
        socket.sendText(text, true).join();
    }

    /** As {@link #send(String)}, for a frame at which the server may hang up before it has read all of it. */
    public void sendUnlessClosed(String text) {
        try {
            send(text);
        } catch (CompletionException closed) {
            if (!(closed.getCause() instanceof IOException)) {
                throw closed;
            }
        }
    }

    public void send(JsonNode frame) {
        send(frame.toString());
    }

    public synchronized void send(ByteBuffer bytes) {
        socket.sendBinary(bytes, true).join();
    }

    /** Sends the frame under a fresh id and waits for the frame that answers it, an error frame too. */
    public JsonNode request(ObjectNode frame) {
        String id = "r" + nextId.incrementAndGet();
        send(frame.put("id", id));
        return await(answer -> id.equals(answer.path("id").asText()));
    }

    /** The first frame ever received that fits, waited for if it is not there yet. */
    public JsonNode await(Predicate<JsonNode> fits) {
        return awaitAll(1, fits).get(0);
    }

    /** The first frame ever received of this type. */
    public JsonNode awaitType(String type) {
        return await(frame -> type.equals(frame.path("type").asText()));
    }

    /** As soon as so many frames fit, all that do. */
    public List<JsonNode> awaitAll(int count, Predicate<JsonNode> fits) {
        return inbox.await(count, fits, TIMEOUT);
    }

    /** Every text frame so far. */
    public List<JsonNode> received() {
        return inbox.received(frame -> true);
    }

    public List<JsonNode> received(String type) {
        return inbox.received(frame -> type.equals(frame.path("type").asText()));
    }

    /** From now on nothing is read from the socket: a slow reader. What is on its way may still arrive. */
    public void stopReading() {
        inbox.hold(true);
    }

    public void readOn() {
        inbox.hold(false);
        socket.request(1);
    }

    /** Waits until the server has closed the socket; the status code, 1006 when the connection broke. */
    public int awaitClosed() {
        return inbox.closed.orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    public boolean isClosed() {
        return inbox.closed.isDone();
    }

    /** Breaks the connection without a word, as a crash of the client would. */
    public void breakOff() {
        socket.abort();
    }

    /** Closes with 1000 and waits for the server's answer. */
    @Override
    public void close() {
        if (!socket.isOutputClosed()) {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }
        awaitClosed();
        socket.abort();
    }

    /** What arrived; everything in it is guarded by itself. */
    private static final class Inbox implements WebSocket.Listener {
        private static final int BROKEN = 1006;

        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final List<JsonNode> frames = new ArrayList<>();
        private final StringBuilder partial = new StringBuilder();
        private boolean held;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            boolean more;
            synchronized (this) {
                partial.append(data);
                if (last) {
                    frames.add(parsed(partial.toString()));
                    partial.setLength(0);
                    notifyAll();
                }
                more = !held;
            }
            if (more) {
                socket.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            close(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            close(BROKEN);
        }

        private synchronized void close(int code) {
            closed.complete(code);
            notifyAll();
        }

        private static JsonNode parsed(String text) {
            try {
                return MAPPER.readTree(text);
            } catch (JsonProcessingException e) {
                return MAPPER.createObjectNode().put("type", "unreadable").put("text", text);
            }
        }

        private synchronized void hold(boolean hold) {
            held = hold;
        }

        private synchronized List<JsonNode> received(Predicate<JsonNode> fits) {
            return frames.stream().filter(fits).toList();
        }

        private synchronized List<JsonNode> await(int count, Predicate<JsonNode> fits, Duration timeout) {
            long deadline = System.nanoTime() + timeout.toNanos();
            List<JsonNode> found = received(fits);
            while (found.size() < count) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (leftMs <= 0 || closed.isDone()) {
                    throw new AssertionError("waited for " + count + " frames, got " + found.size()
                            + (closed.isDone() ? ", socket closed with " + closed.join() : "") + "; all: " + frames);
                }
                try {
                    wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
                found = received(fits);
            }
            return found;
        }
    }
}
