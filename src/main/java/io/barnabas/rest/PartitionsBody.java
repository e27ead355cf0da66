package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.consumer.Assignments;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A body that names partitions: {@code {"partitions":[{"topic":"orders","partition":0}]}}. */
record PartitionsBody(@JsonProperty("partitions") List<PartitionBody> partitions) {
    Set<TopicPartition> named() {
        if (partitions == null || partitions.isEmpty()) {
            throw ControlJson.invalid("field 'partitions' is missing or empty");
        }
        Set<TopicPartition> named = new TreeSet<>();
        for (int i = 0; i < partitions.size(); i++) {
            PartitionBody each = partitions.get(i);
            String at = "partitions[" + i + "]";
            if (each == null) {
                throw ControlJson.invalid("field '" + at + "' must be an object");
            }
            if (!named.add(partition(at, each.topic(), each.partition()))) {
                throw ControlJson.invalid("field '" + at + "' names a partition a second time");
            }
        }
        return named;
    }

    /** The partition that the entry {@code at} names. */
    static TopicPartition partition(String at, String topic, Integer partition) {
        if (topic == null) {
            throw ControlJson.invalid("field '" + at + ".topic' is missing");
        }
        if (partition == null) {
            throw ControlJson.invalid("field '" + at + ".partition' is missing");
        }
        return new TopicPartition(topic, partition);
    }

    /** One of them. */
    record PartitionBody(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") Integer partition) {}

    /** The answer of {@code GET .../assignments}; {@code waiting} says why there are none. */
    record View(
            @JsonProperty("partitions") List<GroupView.PartitionView> partitions,
            @JsonProperty("generation") int generation,
            @JsonProperty("waiting") String waiting) {

        static View of(Assignments now) {
            return new View(
                    GroupView.PartitionView.of(now.partitions()),
                    now.generation(),
                    now.waiting().orElse(null));
        }
    }
}
