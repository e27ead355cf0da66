package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node knows of the cluster at one moment; immutable.
 *
 * @param clusterId made once, by the first node
 * @param thisNodeId the node that holds this view
 * @param nodes live nodes by id
 * @param controllerId the node that leads the cluster, if one does
 * @param topics by name
 * @param owners of partitions; a partition without an entry has no owner at the moment
 */
public record ClusterView(
        String clusterId,
        int thisNodeId,
        SortedMap<Integer, Node> nodes,
        OptionalInt controllerId,
        SortedMap<String, Topic> topics,
        Map<TopicPartition, Ownership> owners) {
    public ClusterView {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        topics = Collections.unmodifiableSortedMap(new TreeMap<>(topics));
        owners = Map.copyOf(owners);
    }

    /** The topic, or {@code UNKNOWN_TOPIC}. */
    public Topic topic(String name) {
        Topic topic = topics.get(name);
        if (topic == null) {
            throw new BarnabasException(ErrorCode.UNKNOWN_TOPIC, "topic '" + name + "' does not exist");
        }
        return topic;
    }

    /** The topic, having checked that it has this partition, or {@code UNKNOWN_TOPIC} or {@code UNKNOWN_PARTITION}. */
    public Topic topicWith(TopicPartition partition) {
        Topic topic = topic(partition.topic());
        if (partition.partition() >= topic.partitionCount()) {
            throw new BarnabasException(
                    ErrorCode.UNKNOWN_PARTITION,
                    "topic '" + topic.name() + "' has " + topic.partitionCount() + " partitions, there is no partition "
                            + partition.partition());
        }
        return topic;
    }

    public Optional<Ownership> owner(TopicPartition partition) {
        return Optional.ofNullable(owners.get(partition));
    }
}
