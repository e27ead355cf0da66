package io.barnabas.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A member of a group on a WebSocket that does what a careful client does: takes records, commits them, gives credit
 * back. What it sees goes to a {@link Log}. Frames are handled one at a time on the client's own thread.
 */
public final class SocketMember implements WebSocket.Listener {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CREDIT = 100;

    private final Log log;
    private final StringBuilder partial = new StringBuilder();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final Set<Integer> held = new TreeSet<>();
    private WebSocket socket;
    private volatile String member = "";
    private int commits;

    private SocketMember(Log log) {
        this.log = log;
    }

    /** Connects and subscribes. */
    public static SocketMember join(URI uri, String topic, String group, Log log) {
        SocketMember member = new SocketMember(log);
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(uri, member)
                .join();
        ObjectNode subscribe = MAPPER.createObjectNode()
                .put("type", "subscribe")
                .put("id", "s")
                .put("topic", topic)
                .put("group", group)
                .put("from", "earliest")
                .put("credit", CREDIT)
                .put("format", "text")
                .put("autoCommit", false);
        socket.sendText(subscribe.toString(), true).join();
        return member;
    }

    /** As a crash of the client would look to the server. */
    public void kill() {
        socket.abort();
        closed.complete(null);
    }

    /** Goes on purpose: closes the socket and waits for the server's answer. */
    public void leave() {
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        closed.join();
    }

    /** Its id in the group; empty before the server has told it. */
    public String member() {
        return member;
    }

    @Override
    public void onOpen(WebSocket webSocket) {
        socket = webSocket;
        webSocket.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            try {
                handle(MAPPER.readTree(partial.toString()));
            } catch (JsonProcessingException e) {
                log.wrong("unreadable frame " + partial);
            }
            partial.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    private void handle(JsonNode frame) {
        switch (frame.path("type").asText()) {
            case "subscribed" -> member = frame.path("member").asText();
            case "assigned" -> assigned(frame);
            case "revoked" -> frame.path("partitions").forEach(partition -> held.remove(partition.asInt()));
            case "records" -> records(frame);
            case "error" -> log.wrong("member " + member + " got " + frame);
            default -> {
                // committed: nothing to do
            }
        }
    }

    private void assigned(JsonNode frame) {
        held.clear();
        frame.path("partitions").forEach(entry -> {
            held.add(entry.path("partition").asInt());
            log.owned(frame.path("generation").asInt(), entry.path("partition").asInt(), member);
        });
    }

    private void records(JsonNode frame) {
        int partition = frame.path("partition").asInt();
        if (!held.contains(partition)) {
            log.wrong("member " + member + " got records of partition " + partition + ", which it does not hold");
        }
        long next = 0;
        for (JsonNode record : frame.path("records")) {
            log.delivered(record.path("value").asText());
            next = record.path("offset").asLong() + 1;
        }
        commits++;
        ObjectNode commit = MAPPER.createObjectNode().put("type", "commit").put("id", "c" + commits);
        commit.putArray("offsets").addObject().put("partition", partition).put("offset", next);
        socket.sendText(commit.toString(), true).join();
        ObjectNode credit = MAPPER.createObjectNode()
                .put("type", "credit")
                .put("records", frame.path("records").size());
        socket.sendText(credit.toString(), true).join();
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(null);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.complete(null);
    }

    /** What members report. Called from their threads. */
    public interface Log {
        void delivered(String value);

        void owned(int generation, int partition, String member);

        void wrong(String what);
    }
}
