package io.barnabas.group;

import java.util.OptionalInt;

/** How many partitions a topic has now; empty when there is no such topic. Thread-safe, quick, never blocks. */
@FunctionalInterface
public interface TopicPartitions {
    OptionalInt count(String topic);
}
