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
import java.util.stream.Collectors;

/**
 * What a node knows of the cluster at one moment; immutable.
 *
 * @param clusterId made once, by the first node
 * @param thisNodeId the node that holds this view
 * @param nodes live nodes by id
 * @param controllerId the node that leads the cluster, if one does
 * @param topics by name
 * @param owners of partitions; a partition without an entry has no owner at the moment
 * @param wanted nodes that shall own partitions; while one is away and logs stay with their nodes, the partition is
 *     offline
 */
public record ClusterView(
        String clusterId,
        int thisNodeId,
        SortedMap<Integer, Node> nodes,
        OptionalInt controllerId,
        SortedMap<String, Topic> topics,
        Map<TopicPartition, Ownership> owners,
        Map<TopicPartition, Integer> wanted) {
    public ClusterView {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        topics = Collections.unmodifiableSortedMap(new TreeMap<>(topics));
        owners = Map.copyOf(owners);
        wanted = Map.copyOf(wanted);
    }

    /** A view in which every partition is wanted where it is owned. */
    public ClusterView(
            String clusterId,
            int thisNodeId,
            SortedMap<Integer, Node> nodes,
            OptionalInt controllerId,
            SortedMap<String, Topic> topics,
            Map<TopicPartition, Ownership> owners) {
        this(
                clusterId,
                thisNodeId,
                nodes,
                controllerId,
                topics,
                owners,
                owners.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                        .nodeId())));
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

    /**
     * The live node to ask for a partition.
     *
     * @throws BarnabasException {@code UNKNOWN_TOPIC}, {@code UNKNOWN_PARTITION}, {@code PARTITION_OFFLINE} when the node
     *     that shall own it is away, which is named, and {@code NOT_OWNER} when a live node has not taken it yet
     */
    public Node serving(TopicPartition partition) {
        topicWith(partition);
        Ownership owner = owners.get(partition);
        if (owner != null && nodes.containsKey(owner.nodeId())) {
            return nodes.get(owner.nodeId());
        }
        throw unserved(partition);
    }

    /** Why nobody serves the partition at the moment: its node is away, or has not taken it yet. Retriable. */
    public BarnabasException unserved(TopicPartition partition) {
        Integer home = wanted.get(partition);
        if (home == null) {
            return new BarnabasException(
                    ErrorCode.PARTITION_OFFLINE,
                    "partition " + partition + " has not been given to a node yet, try again");
        }
        if (!nodes.containsKey(home)) {
            return new BarnabasException(
                    ErrorCode.PARTITION_OFFLINE,
                    "partition " + partition + " is offline: node " + home + ", which it belongs to, is away");
        }
        return new BarnabasException(
                ErrorCode.NOT_OWNER,
                "partition " + partition + " is about to be opened by node " + home + ", try again");
    }
}
