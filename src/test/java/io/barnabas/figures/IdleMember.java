package io.barnabas.figures;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A member of a group on a socket of its own, on a topic without records. Frames are handled one at a time. */
final class IdleMember implements WebSocket.Listener {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String name;
    private final Holders holders;
    private final StringBuilder partial = new StringBuilder();

    private IdleMember(String name, Holders holders) {
        this.name = name;
        this.holders = holders;
    }

    /** The socket of a member that has asked to join. */
    static WebSocket join(HttpClient client, URI url, String group, String name, Holders holders) {
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(url, new IdleMember(name, holders))
                .join();
        String subscribe = MAPPER.createObjectNode()
                .put("type", "subscribe")
                .put("id", "s")
                .put("topic", Figures.TOPIC)
                .put("group", group)
                .put("credit", 1)
                .put("autoCommit", true)
                .toString();
        socket.sendText(subscribe, true).join();
        return socket;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            handle(partial.toString());
            partial.setLength(0);
        }
        socket.request(1);
        return null;
    }

    private void handle(String text) {
        JsonNode frame;
        try {
            frame = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("unreadable frame " + text, e);
        }
        Set<Integer> partitions = new HashSet<>();
        switch (frame.path("type").asText()) {
            case "assigned" -> {
                frame.path("partitions")
                        .forEach(entry -> partitions.add(entry.path("partition").asInt()));
                holders.assigned(name, frame.path("generation").asInt(), partitions);
            }
            case "revoked" -> {
                frame.path("partitions").forEach(entry -> partitions.add(entry.asInt()));
                holders.revoked(name, partitions);
            }
            case "error" -> Figures.OUT.println("member " + name + " got " + text);
            default -> {
                // subscribed: what it has comes with the next frame
            }
        }
    }
}
