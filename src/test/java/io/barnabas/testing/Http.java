package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks one server over HTTP, as a client outside would. Thread-safe. */
public final class Http {
    public static final String JSON = "application/vnd.kafka.json.v2+json";
    public static final String BINARY = "application/vnd.kafka.binary.v2+json";
    public static final String TEXT = "application/vnd.kafka.text.v2+json";
    public static final String CONTROL = "application/vnd.kafka.v2+json";

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    /**
     * Asks this server.
     *
     * @param base ends in a slash
     */
    public Http(URI base) {
        this.base = base;
    }

    public URI base() {
        return base;
    }

    /** The same server's WebSocket address of a path. */
    public URI webSocket(String path) {
        URI at = at(path);
        return URI.create("ws" + at.toString().substring("http".length()));
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    /** Asks for a media type. */
    public Answer get(String path, String accept) {
        return send(request(path).header("Accept", accept).GET());
    }

    public Answer post(String path, String contentType, String body) {
        return send("POST", path, contentType, body.getBytes(UTF_8));
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    public Answer send(String method, String path, String contentType, byte[] body) {
        return send(request(path).header("Content-Type", contentType).method(method, BodyPublishers.ofByteArray(body)));
    }

    /** Anything else: begin with {@link #request}. */
    public Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Without waiting; the future fails with {@link IOException} when the server goes away. */
    public CompletableFuture<Answer> sendAsync(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.ofByteArray()).thenApply(Answer::new);
    }

    public CompletableFuture<Answer> postAsync(String path, String contentType, String body) {
        BodyPublisher publisher = BodyPublishers.ofString(body, UTF_8);
        return sendAsync(request(path).header("Content-Type", contentType).POST(publisher));
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(at(path)).timeout(TIMEOUT);
    }

    private URI at(String path) {
        return base.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    /** What a server answered. */
    public static final class Answer {
        private final int status;
        private final HttpHeaders headers;
        private final byte[] body;

        Answer(HttpResponse<byte[]> response) {
            this.status = response.statusCode();
            this.headers = response.headers();
            this.body = response.body();
        }

        public int status() {
            return status;
        }

        public byte[] bytes() {
            return body.clone();
        }

        public String text() {
            return new String(body, UTF_8);
        }

        /** The body as JSON; fails with the body in its message when it is none. */
        public JsonNode json() {
            try {
                return MAPPER.readTree(text());
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON: " + this, e);
            }
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** This answer, having checked its status. */
        public Answer expect(int expected) {
            if (status != expected) {
                throw new AssertionError("expected status " + expected + " but got " + this);
            }
            return this;
        }

        @Override
        public String toString() {
            return status + " " + text();
        }
    }
}
