package io.barnabas.broker.consumer;

import io.barnabas.record.TopicPartition;
import java.util.Optional;
import java.util.Set;

/**
 * What an instance reads at the moment.
 *
 * @param generation of the group, 0 when the instance reads without it or has not joined
 * @param waiting why there are no partitions, for people; absent when there are some
 */
public record Assignments(Set<TopicPartition> partitions, int generation, Optional<String> waiting) {
    public Assignments {
        partitions = Set.copyOf(partitions);
    }
}
