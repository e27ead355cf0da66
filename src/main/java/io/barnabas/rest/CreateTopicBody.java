package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The body of {@code POST /admin/topics}. */
record CreateTopicBody(
        @JsonProperty("topic_name") String name,
        @JsonProperty("partitions_count") Integer partitions,
        @JsonProperty("replication_factor") Integer replicationFactor,
        @JsonProperty("configs") Map<String, JsonNode> configs) {

    CreateTopicBody {
        if (replicationFactor != null && replicationFactor != 1 && replicationFactor != -1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "replication_factor " + replicationFactor + " is not possible: the engine decides about copies,"
                            + " leave it out or say 1");
        }
    }

    String requiredName() {
        if (name == null) {
            throw ControlJson.invalid("field 'topic_name' is missing");
        }
        return name;
    }

    OptionalInt partitionCount() {
        if (partitions == null) {
            return OptionalInt.empty();
        }
        if (partitions < 1) {
            throw ControlJson.invalid("field 'partitions_count' must be at least 1, got " + partitions);
        }
        return OptionalInt.of(partitions);
    }

    Map<String, String> configValues() {
        Map<String, String> values = configValues(configs);
        values.forEach((key, value) -> {
            if (value == null) {
                throw ControlJson.invalid("field 'configs." + key + "' must not be null: leave it out for its default");
            }
        });
        return values;
    }

    /** Text, numbers and booleans as text; null stays null. */
    static Map<String, String> configValues(Map<String, JsonNode> configs) {
        Map<String, String> values = new HashMap<>();
        if (configs == null) {
            return values;
        }
        configs.forEach((key, value) -> {
            if (value != null && !value.isValueNode()) {
                throw ControlJson.invalid("field 'configs." + key + "' must be text, a number or true or false");
            }
            values.put(key, value == null || value.isNull() ? null : value.asText());
        });
        return values;
    }
}
