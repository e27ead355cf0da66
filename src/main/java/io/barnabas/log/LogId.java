package io.barnabas.log;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.TopicPartition;
import java.util.UUID;

/** Which log: the topic's UUID, so that a topic deleted and made again is another one, and the partition. */
public record LogId(UUID topicId, TopicPartition partition) {
    public LogId {
        requireNonNull(topicId, "topicId");
        requireNonNull(partition, "partition");
    }

    @Override
    public String toString() {
        return partition.toString();
    }
}
