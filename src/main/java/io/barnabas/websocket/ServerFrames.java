package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import io.barnabas.broker.ProducerIdentity;
import io.barnabas.broker.RecordOutcome;
import io.barnabas.broker.format.Json;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;

/** Writes the frames of {@code barnabas.json.v1} that the server sends, but for records, as UTF-8. Thread-safe. */
final class ServerFrames {
    private final Json json;

    ServerFrames(Json json) {
        this.json = requireNonNull(json, "json");
    }

    byte[] produced(FrameId id, List<RecordOutcome> outcomes) {
        return frame("produced", id, out -> {
            out.writeArrayFieldStart("offsets");
            for (RecordOutcome outcome : outcomes) {
                writeOutcome(out, outcome);
            }
            out.writeEndArray();
        });
    }

    private static void writeOutcome(JsonGenerator out, RecordOutcome outcome) throws IOException {
        out.writeStartObject();
        if (outcome instanceof RecordOutcome.Stored stored) {
            out.writeNumberField("partition", stored.partition());
            out.writeNumberField("offset", stored.offset());
            if (stored.duplicate()) {
                out.writeBooleanField("duplicate", true);
            }
        } else if (outcome instanceof RecordOutcome.Refused refused) {
            if (refused.partition() >= 0) {
                out.writeNumberField("partition", refused.partition());
            }
            out.writeNumberField("error_code", refused.code().number());
            out.writeStringField("message", refused.message());
        }
        out.writeEndObject();
    }

    byte[] producer(FrameId id, ProducerIdentity identity) {
        return frame("producer", id, out -> {
            out.writeNumberField("producerId", identity.producerId());
            out.writeNumberField("producerEpoch", identity.producerEpoch());
        });
    }

    byte[] subscribed(FrameId id, Optional<String> member) {
        return frame("subscribed", id, out -> {
            if (member.isPresent()) {
                out.writeStringField("member", member.get());
            }
        });
    }

    byte[] assigned(int generation, SortedMap<TopicPartition, OptionalLong> offsets, Optional<String> waiting) {
        return frame("assigned", new FrameId.None(), out -> {
            out.writeNumberField("generation", generation);
            out.writeArrayFieldStart("partitions");
            for (Map.Entry<TopicPartition, OptionalLong> entry : offsets.entrySet()) {
                out.writeStartObject();
                out.writeNumberField("partition", entry.getKey().partition());
                if (entry.getValue().isPresent()) {
                    out.writeNumberField("offset", entry.getValue().getAsLong());
                }
                out.writeEndObject();
            }
            out.writeEndArray();
            if (waiting.isPresent()) {
                out.writeStringField("waiting", waiting.get());
            }
        });
    }

    byte[] revoked(int generation, Collection<TopicPartition> partitions) {
        return frame("revoked", new FrameId.None(), out -> {
            out.writeNumberField("generation", generation);
            out.writeArrayFieldStart("partitions");
            for (TopicPartition partition : partitions) {
                out.writeNumber(partition.partition());
            }
            out.writeEndArray();
        });
    }

    byte[] credited(FrameId id, long credit) {
        return frame("credited", id, out -> out.writeNumberField("credit", credit));
    }

    byte[] committed(FrameId id) {
        return frame("committed", id, out -> {});
    }

    byte[] sought(FrameId id, int partition, long offset) {
        return frame("sought", id, out -> {
            out.writeNumberField("partition", partition);
            out.writeNumberField("offset", offset);
        });
    }

    byte[] released(FrameId id) {
        return frame("released", id, out -> {});
    }

    byte[] unsubscribed(FrameId id) {
        return frame("unsubscribed", id, out -> {});
    }

    byte[] draining(long retryAfterMs) {
        return frame("draining", new FrameId.None(), out -> out.writeNumberField("retryAfterMs", retryAfterMs));
    }

    byte[] error(FrameId id, BarnabasException error) {
        return error(id, OptionalInt.empty(), error);
    }

    /** Something is wrong with one partition of a subscription. */
    byte[] error(FrameId id, OptionalInt partition, BarnabasException error) {
        return frame("error", id, out -> {
            if (partition.isPresent()) {
                out.writeNumberField("partition", partition.getAsInt());
            }
            writeError(out, error);
        });
    }

    /** A subscription is over although nobody asked for it. */
    byte[] ended(BarnabasException reason) {
        return frame("error", new FrameId.None(), out -> {
            writeError(out, reason);
            out.writeBooleanField("ended", true);
        });
    }

    private static void writeError(JsonGenerator out, BarnabasException error) throws IOException {
        out.writeNumberField("error_code", error.code().number());
        out.writeStringField("message", error.getMessage());
        out.writeBooleanField("retriable", error.code().retriable());
    }

    private byte[] frame(String type, FrameId id, Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator out = json.generator(bytes)) {
            out.writeStartObject();
            out.writeStringField("type", type);
            id.write(out);
            fields.write(out);
            out.writeEndObject();
        } catch (IOException e) { // memory has no I/O that could fail
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** What a frame has beside type and id. */
    private interface Fields {
        void write(JsonGenerator out) throws IOException;
    }
}
