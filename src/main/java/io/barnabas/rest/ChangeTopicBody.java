package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.broker.Topics;
import io.barnabas.cluster.Topic;
import io.barnabas.log.LogConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The body of {@code PATCH /admin/topics/{topic}}: more partitions, configuration (null takes a key back to its
 * default), or both.
 */
record ChangeTopicBody(
        @JsonProperty("partitions_count") Integer partitions,
        @JsonProperty("configs") Map<String, JsonNode> configs) {

    ChangeTopicBody {
        if (partitions == null && configs == null) {
            throw ControlJson.invalid("nothing to change: give 'partitions_count', 'configs' or both");
        }
        if (partitions != null && partitions < 1) {
            throw ControlJson.invalid("field 'partitions_count' must be at least 1, got " + partitions);
        }
    }

    /** Configuration is checked before anything is changed, so that a wrong one leaves the partitions alone too. */
    CompletionStage<Topic> applyTo(Topics topics, String name) {
        Map<String, String> changes = CreateTopicBody.configValues(configs);
        if (partitions == null) {
            return topics.changeConfig(name, changes);
        }
        if (changes.isEmpty()) {
            return topics.addPartitions(name, partitions);
        }
        Map<String, String> given = new HashMap<>(changes);
        given.values().removeIf(value -> value == null);
        LogConfig.of(given);
        return topics.addPartitions(name, partitions).thenCompose(topic -> topics.changeConfig(name, changes));
    }
}
