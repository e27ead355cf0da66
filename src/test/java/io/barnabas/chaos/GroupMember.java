package io.barnabas.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.testing.history.History;
import io.barnabas.testing.history.MemberRecorder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A member of a group over WebSocket that commits each portion of records before it gives credit back. When its socket
 * goes it joins again through the next node, as another member. Members begin at nodes of their own.
 */
final class GroupMember extends Client {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int CREDIT = 200;
    private static final long LOOK_MS = 200;
    private static final long AGAIN_MS = 200;
    private static final long CONNECT_SECONDS = 10;

    private final Nodes nodes;
    private final History history;
    private final String topic;
    private final String group;
    private final String name;
    private final int firstNode;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicLongArray delivered;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger lostMemberships = new AtomicInteger();

    GroupMember(Nodes nodes, History history, String topic, String group, String name, int firstNode, int partitions) {
        super(name);
        this.delivered = new AtomicLongArray(partitions);
        this.firstNode = firstNode;
        this.nodes = nodes;
        this.history = history;
        this.topic = topic;
        this.group = group;
        this.name = name;
    }

    /** How many records of a partition it was given. */
    long deliveredCount(int partition) {
        return delivered.get(partition);
    }

    /** How often it had to connect. */
    int connectionCount() {
        return connections.get();
    }

    /** How often a living socket was told that its subscription is over. */
    int lostMembershipCount() {
        return lostMemberships.get();
    }

    @Override
    void step() {
        int connection = connections.incrementAndGet();
        Socket socket = new Socket(history.member(group, name + "#" + connection));
        WebSocket open;
        try {
            open = client.newWebSocketBuilder()
                    .buildAsync(nodes.turn(firstNode + connection - 1).webSocket("ws"), socket)
                    .get(CONNECT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            breathe();
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        try {
            open.sendText(subscription(), true).join();
            while (!stopping() && !socket.over(LOOK_MS)) {
                // the socket's own thread works
            }
            if (stopping()) {
                open.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
                socket.over(TimeUnit.SECONDS.toMillis(CONNECT_SECONDS));
            }
        } catch (CompletionException e) {
            // gone: join again
        } finally {
            open.abort();
            socket.leave();
        }
    }

    private String subscription() {
        return MAPPER.createObjectNode()
                .put("type", "subscribe")
                .put("id", "s")
                .put("topic", topic)
                .put("group", group)
                .put("from", "earliest")
                .put("credit", CREDIT)
                .put("format", "text")
                .put("autoCommit", false)
                .toString();
    }

    /** One connection; its methods are called by the client's own thread, one at a time. */
    private final class Socket implements WebSocket.Listener {
        private final MemberRecorder recorder;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final StringBuilder partial = new StringBuilder();
        private final Map<String, long[]> commits = new HashMap<>();

        /** By partition, what is to be committed next; without those that went to another member. */
        private final Map<Integer, Long> positions = new HashMap<>();

        private int commitCount;

        private Socket(MemberRecorder recorder) {
            this.recorder = recorder;
        }

        private boolean over(long waitMs) {
            try {
                over.get(waitMs, TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }

        private synchronized void leave() {
            recorder.assigned(0, Map.of());
        }

        @Override
        public synchronized CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                String frame = partial.toString();
                partial.setLength(0);
                try {
                    handle(socket, MAPPER.readTree(frame));
                } catch (JsonProcessingException e) {
                    throw new AssertionError("unreadable frame " + frame, e);
                } catch (CompletionException e) {
                    over.complete(null);
                }
            }
            socket.request(1);
            return null;
        }

        private void handle(WebSocket socket, JsonNode frame) {
            switch (frame.path("type").asText()) {
                case "assigned" -> {
                    positions.clear();
                    recorder.assigned(frame.path("generation").asLong(), offsets(frame));
                }
                case "revoked" -> {
                    List<Integer> gone = new ArrayList<>();
                    frame.path("partitions").forEach(partition -> gone.add(partition.asInt()));
                    gone.forEach(positions::remove);
                    recorder.revoked(gone);
                }
                case "records" -> records(socket, frame);
                case "committed" -> {
                    long[] commit = commits.remove(frame.path("id").asText());
                    recorder.committed((int) commit[0], commit[1]);
                }
                case "error" -> {
                    long[] refused = commits.remove(frame.path("id").asText());
                    if (refused == null) {
                        lostMemberships.incrementAndGet();
                        over.complete(null);
                    } else {
                        CompletableFuture.delayedExecutor(AGAIN_MS, TimeUnit.MILLISECONDS)
                                .execute(() -> commitAgain(socket, (int) refused[0], refused[1]));
                    }
                }
                default -> {
                    // subscribed, draining: the close follows
                }
            }
        }

        private Map<Integer, OptionalLong> offsets(JsonNode frame) {
            Map<Integer, OptionalLong> offsets = new HashMap<>();
            frame.path("partitions")
                    .forEach(entry -> offsets.put(
                            entry.path("partition").asInt(),
                            entry.hasNonNull("offset")
                                    ? OptionalLong.of(entry.path("offset").asLong())
                                    : OptionalLong.empty()));
            return offsets;
        }

        private void records(WebSocket socket, JsonNode frame) {
            int partition = frame.path("partition").asInt();
            long next = 0;
            for (JsonNode record : frame.path("records")) {
                long offset = record.path("offset").asLong();
                recorder.read(partition, offset, record.path("value").asText());
                next = offset + 1;
                delivered.incrementAndGet(partition);
            }
            succeeded("");
            commit(socket, partition, next);
            socket.sendText(
                            MAPPER.createObjectNode()
                                    .put("type", "credit")
                                    .put("records", frame.path("records").size())
                                    .toString(),
                            true)
                    .join();
        }

        private void commit(WebSocket socket, int partition, long next) {
            positions.put(partition, next);
            String id = "c" + ++commitCount;
            commits.put(id, new long[] {partition, next});
            ObjectNode commit = MAPPER.createObjectNode().put("type", "commit").put("id", id);
            commit.putArray("offsets").addObject().put("partition", partition).put("offset", next);
            socket.sendText(commit.toString(), true).join();
        }

        /** After a refusal, unless a later one is under way: when no more records come nothing else would commit it. */
        private synchronized void commitAgain(WebSocket socket, int partition, long next) {
            if (!over.isDone() && Long.valueOf(next).equals(positions.get(partition))) {
                try {
                    commit(socket, partition, next);
                } catch (CompletionException e) {
                    over.complete(null);
                }
            }
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            over.complete(null);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            over.complete(null);
        }
    }
}
