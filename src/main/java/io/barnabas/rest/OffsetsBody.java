package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The body of {@code POST .../offsets} and {@code POST .../positions}; {@code timestamps} are for positions alone.
 *
 * <pre>
 * {"offsets": [{"topic": "orders", "partition": 0, "offset": 7, "metadata": "note"}],
 *  "timestamps": [{"topic": "orders", "partition": 1, "timestamp": 1700000000000 or ISO-8601}]}
 * </pre>
 */
record OffsetsBody(
        @JsonProperty("offsets") List<OffsetBody> offsets,
        @JsonProperty("timestamps") List<TimestampBody> timestamps) {

    Map<TopicPartition, CommittedOffset> commits() {
        if (timestamps != null) {
            throw ControlJson.invalid("field 'timestamps' cannot be committed");
        }
        if (offsets == null) {
            throw ControlJson.invalid("field 'offsets' is missing; leave the body empty to commit what was returned");
        }
        Map<TopicPartition, CommittedOffset> commits = new HashMap<>();
        for (int i = 0; i < offsets.size(); i++) {
            OffsetBody each = present("offsets[" + i + "]", offsets.get(i));
            String metadata = each.metadata() == null ? "" : each.metadata();
            String at = "offsets[" + i + "]";
            putOnce(commits, at, each.named(at), new CommittedOffset(each.requiredOffset(at), metadata));
        }
        return commits;
    }

    Map<TopicPartition, StartPosition> positions() {
        if (offsets == null && timestamps == null) {
            throw ControlJson.invalid("give 'offsets', 'timestamps' or both");
        }
        Map<TopicPartition, StartPosition> positions = new HashMap<>();
        for (int i = 0; offsets != null && i < offsets.size(); i++) {
            String at = "offsets[" + i + "]";
            OffsetBody each = present(at, offsets.get(i));
            putOnce(positions, at, each.named(at), new StartPosition.Offset(each.requiredOffset(at)));
        }
        for (int i = 0; timestamps != null && i < timestamps.size(); i++) {
            String at = "timestamps[" + i + "]";
            TimestampBody each = present(at, timestamps.get(i));
            long timestampMs = ResetBody.timestamp(at + ".timestamp", each.timestamp());
            putOnce(
                    positions,
                    at,
                    PartitionsBody.partition(at, each.topic(), each.partition()),
                    new StartPosition.Timestamp(timestampMs));
        }
        return positions;
    }

    private static <T> T present(String at, T entry) {
        if (entry == null) {
            throw ControlJson.invalid("field '" + at + "' must be an object");
        }
        return entry;
    }

    private static <T> void putOnce(Map<TopicPartition, T> all, String at, TopicPartition partition, T value) {
        if (all.put(partition, value) != null) {
            throw ControlJson.invalid("field '" + at + "' names a partition a second time");
        }
    }

    /** An offset of a partition; as a commit it is the next one to read. */
    record OffsetBody(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") Integer partition,
            @JsonProperty("offset") Long offset,
            @JsonProperty("metadata") String metadata) {

        TopicPartition named(String at) {
            return PartitionsBody.partition(at, topic, partition);
        }

        long requiredOffset(String at) {
            if (offset == null) {
                throw ControlJson.invalid("field '" + at + ".offset' is missing");
            }
            if (offset < 0) {
                throw ControlJson.invalid("field '" + at + ".offset' must not be negative, got " + offset);
            }
            return offset;
        }
    }

    /** A time in a partition. */
    record TimestampBody(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") Integer partition,
            @JsonProperty("timestamp") JsonNode timestamp) {}
}
