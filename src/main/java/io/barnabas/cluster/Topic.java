package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.TopicName;
import java.util.Map;
import java.util.UUID;

/**
 * A topic as the catalogue knows it.
 *
 * @param id given at creation; another topic of the same name later has another one
 * @param partitionCount at least 1, never shrinks
 * @param config only what was set, by Kafka's names ({@code retention.ms}, ...); defaults are not repeated
 */
public record Topic(String name, UUID id, int partitionCount, Map<String, String> config) {
    public Topic {
        TopicName.require(name);
        requireNonNull(id, "id");
        config = Map.copyOf(config);
        if (partitionCount < 1) {
            throw new IllegalArgumentException("partitionCount must be at least 1, got " + partitionCount);
        }
    }

    /** Whether the topic belongs to the broker itself. */
    public boolean internal() {
        return TopicName.internal(name);
    }
}
