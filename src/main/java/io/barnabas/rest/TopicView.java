package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Ownership;
import io.barnabas.cluster.Topic;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A topic as clients see it; {@code configs} has every key, defaults included. */
record TopicView(
        @JsonProperty("name") String name,
        @JsonProperty("topic_id") String topicId,
        @JsonProperty("configs") Map<String, String> configs,
        @JsonProperty("partitions") List<PartitionView> partitions) {

    static TopicView of(Topic topic, Map<String, String> configs, ClusterView cluster) {
        return new TopicView(topic.name(), topic.id().toString(), configs, partitions(topic, cluster));
    }

    static List<PartitionView> partitions(Topic topic, ClusterView cluster) {
        return IntStream.range(0, topic.partitionCount())
                .mapToObj(partition -> PartitionView.of(new TopicPartition(topic.name(), partition), cluster))
                .toList();
    }

    /**
     * A partition as clients see it.
     *
     * @param leader the node that owns it, -1 while nobody does
     * @param epoch of the owner, 0 while nobody owns it
     */
    record PartitionView(
            @JsonProperty("partition") int partition,
            @JsonProperty("leader") int leader,
            @JsonProperty("epoch") int epoch,
            @JsonProperty("replicas") List<ReplicaView> replicas) {

        static PartitionView of(TopicPartition partition, ClusterView cluster) {
            Optional<Ownership> owner = cluster.owner(partition);
            return new PartitionView(
                    partition.partition(),
                    owner.map(Ownership::nodeId).orElse(-1),
                    owner.map(Ownership::epoch).orElse(0),
                    owner.map(o -> List.of(new ReplicaView(o.nodeId(), true, true)))
                            .orElse(List.of()));
        }
    }

    /** A copy of a partition, in the family's words: the engine keeps the copies, the owner speaks for them. */
    record ReplicaView(
            @JsonProperty("broker") int broker,
            @JsonProperty("leader") boolean leader,
            @JsonProperty("in_sync") boolean inSync) {}

    /** What a partition holds; {@code end_offset} is the offset of the next record. */
    record OffsetsView(
            @JsonProperty("beginning_offset") long beginningOffset,
            @JsonProperty("end_offset") long endOffset) {}
}
