package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.barnabas.broker.Groups.Reset;
import io.barnabas.broker.Groups.ResetTarget;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The body of {@code POST /groups/{group}/offsets}.
 *
 * @param partitions which ones of the topic; all when absent
 * @param to {@code "earliest"}, {@code "latest"}, {@code {"offset":n}}, {@code {"timestamp":ms or ISO-8601}}, {@code
 *     {"shift":n}}
 */
record ResetBody(
        @JsonProperty("topic") String topic,
        @JsonProperty("partitions") List<Integer> partitions,
        @JsonProperty("to") JsonNode to,
        @JsonProperty("dry_run") Boolean dry) {
    private static final String CHOICES =
            "field 'to' must be \"earliest\", \"latest\", {\"offset\":n}, {\"timestamp\":t} or {\"shift\":n}";

    boolean dryRun() {
        return Boolean.TRUE.equals(dry);
    }

    String requiredTopic() {
        if (topic == null) {
            throw ControlJson.invalid("field 'topic' is missing");
        }
        return topic;
    }

    Set<Integer> partitionNumbers() {
        if (partitions == null) {
            return Set.of();
        }
        if (partitions.isEmpty()) {
            throw ControlJson.invalid("field 'partitions' must not be empty: leave it out for all");
        }
        for (int i = 0; i < partitions.size(); i++) {
            if (partitions.get(i) == null || partitions.get(i) < 0) {
                throw ControlJson.invalid("field 'partitions[" + i + "]' must be a partition number");
            }
        }
        return new TreeSet<>(partitions);
    }

    ResetTarget target() {
        if (to == null || to.isNull()) {
            throw ControlJson.invalid("field 'to' is missing; " + CHOICES);
        }
        if (to.isTextual()) {
            return switch (to.textValue()) {
                case "earliest" -> new ResetTarget.Earliest();
                case "latest" -> new ResetTarget.Latest();
                default -> throw ControlJson.invalid(CHOICES);
            };
        }
        if (!to.isObject() || to.size() != 1) {
            throw ControlJson.invalid(CHOICES);
        }
        String kind = to.fieldNames().next();
        JsonNode value = to.get(kind);
        return switch (kind) {
            case "offset" -> new ResetTarget.Offset(atLeastZero("to.offset", value));
            case "timestamp" -> new ResetTarget.Timestamp(timestamp("to.timestamp", value));
            case "shift" -> new ResetTarget.Shift(whole("to.shift", value));
            default -> throw ControlJson.invalid("unknown field 'to." + kind + "'; " + CHOICES);
        };
    }

    private static long whole(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw ControlJson.invalid("field '" + field + "' must be a whole number in range");
        }
        return value.longValue();
    }

    private static long atLeastZero(String field, JsonNode value) {
        long number = whole(field, value);
        if (number < 0) {
            throw ControlJson.invalid("field '" + field + "' must not be negative, got " + number);
        }
        return number;
    }

    /** Milliseconds since the epoch, or ISO-8601 with a zone. */
    static long timestamp(String field, JsonNode value) {
        if (value == null || !value.isTextual()) {
            return atLeastZero(field, value == null ? NullNode.instance : value);
        }
        try {
            return Instant.parse(value.textValue()).toEpochMilli();
        } catch (DateTimeParseException | ArithmeticException e) {
            throw ControlJson.invalid("field '" + field + "' must be milliseconds since 1970 or ISO-8601 such as"
                    + " 2026-01-31T12:00:00Z");
        }
    }

    /** The answer: each partition's offset before (absent when none was committed) and after. */
    record View(
            @JsonProperty("dry_run") boolean dryRun,
            @JsonProperty("offsets") List<OffsetView> offsets) {

        static View of(boolean dryRun, List<Reset> resets) {
            return new View(
                    dryRun,
                    resets.stream()
                            .map(reset -> new OffsetView(
                                    reset.partition().topic(),
                                    reset.partition().partition(),
                                    GroupView.orNull(reset.before()),
                                    reset.after()))
                            .toList());
        }
    }

    /** One partition of the answer. */
    record OffsetView(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition,
            @JsonProperty("before") Long before,
            @JsonProperty("after") long after) {}
}
