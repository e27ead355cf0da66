package io.barnabas.websocket;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.barnabas.record.TraceParent;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A connection that remembers what it was given. While {@link #hold} is on nothing is passed on, as to a slow reader. */
final class RecordedConnection implements Connection {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    final List<JsonNode> frames = new ArrayList<>();
    final List<ByteBuffer> binaryFrames = new ArrayList<>();
    final Deque<ByteBuffer> pings = new ArrayDeque<>();
    Optional<Goodbye> closed = Optional.empty();

    private final Deque<Consumer<Throwable>> held = new ArrayDeque<>();
    private final boolean binary;
    Optional<TraceParent> trace = Optional.empty();
    private boolean holding;

    RecordedConnection(boolean binary) {
        this.binary = binary;
    }

    void hold() {
        holding = true;
    }

    void passOn() {
        holding = false;
        while (!held.isEmpty()) {
            held.remove().accept(null);
        }
    }

    List<JsonNode> frames(String type) {
        return frames.stream()
                .filter(frame -> frame.path("type").asText().equals(type))
                .toList();
    }

    JsonNode last() {
        return frames.get(frames.size() - 1);
    }

    /** Offsets of all records sent of a partition, in order. */
    List<Long> offsets(int partition) {
        List<Long> offsets = new ArrayList<>();
        for (JsonNode frame : frames("records")) {
            if (frame.path("partition").asInt() == partition) {
                frame.path("records")
                        .forEach(record -> offsets.add(record.path("offset").asLong()));
            }
        }
        return offsets;
    }

    @Override
    public void send(Message frame, Consumer<Throwable> sent) {
        if (frame.text()) {
            frames.add(parsed(frame.string()));
        } else {
            binaryFrames.add(copy(frame.payload())); // it may lie in memory that is lent again
        }
        if (holding) {
            held.add(sent);
        } else {
            sent.accept(null);
        }
    }

    private static ByteBuffer copy(ByteBuffer payload) {
        return ByteBuffer.allocate(payload.remaining()).put(payload).flip();
    }

    private static JsonNode parsed(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    @Override
    public void ping(ByteBuffer payload) {
        pings.add(payload);
    }

    @Override
    public void close(Goodbye goodbye, String reason) {
        if (closed.isEmpty()) {
            closed = Optional.of(goodbye);
        }
    }

    @Override
    public boolean binary() {
        return binary;
    }

    @Override
    public Optional<TraceParent> trace() {
        return trace;
    }

    @Override
    public String id() {
        return "test";
    }
}
