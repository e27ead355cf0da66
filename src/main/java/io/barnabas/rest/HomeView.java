package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.Groups.DescribedGroup;
import io.barnabas.broker.Groups.Position;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A node, its cluster, topics and groups at a glance; the first of each kind, with how many there are. */
record HomeView(
        @JsonProperty("node") int node,
        @JsonProperty("version") String version,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("phase") String phase,
        @JsonProperty("ready") boolean ready,
        @JsonProperty("advice") String advice,
        @JsonProperty("uptime_ms") long uptimeMs,
        @JsonProperty("zookeeper") String zookeeper,
        @JsonProperty("controller") Integer controller,
        @JsonProperty("nodes") List<NodeLine> nodes,
        @JsonProperty("topic_count") int topicCount,
        @JsonProperty("topics") List<TopicLine> topics,
        @JsonProperty("group_count") int groupCount,
        @JsonProperty("groups") List<GroupLine> groups,
        @JsonProperty("links") Map<String, String> links) {

    /** Relative, so that they hold below any context root. */
    static final Map<String, String> LINKS = Map.of(
            "openapi",
            "openapi",
            "asyncapi",
            "asyncapi",
            "health",
            "health?pretty",
            "metrics",
            "metrics",
            "cluster",
            "cluster");

    /** A live node and how many partitions it owns. */
    record NodeLine(
            @JsonProperty("id") int id,
            @JsonProperty("url") String url,
            @JsonProperty("partitions") long partitions) {

        static List<NodeLine> of(ClusterView view, int most) {
            return view.nodes().values().stream()
                    .limit(most)
                    .map(node -> new NodeLine(
                            node.id(),
                            node.url().toString(),
                            view.owners().values().stream()
                                    .filter(owner -> owner.nodeId() == node.id())
                                    .count()))
                    .toList();
        }
    }

    /**
     * A topic.
     *
     * @param owned partitions that have an owner
     * @param here partitions that this node serves; records and bytes are those of these
     */
    record TopicLine(
            @JsonProperty("name") String name,
            @JsonProperty("partitions") int partitions,
            @JsonProperty("owned") int owned,
            @JsonProperty("here") int here,
            @JsonProperty("records_here") long recordsHere,
            @JsonProperty("bytes_here") long bytesHere) {

        static TopicLine of(Topic topic, ClusterView view, Map<TopicPartition, PartitionLog> logs) {
            int owned = 0;
            int here = 0;
            long records = 0;
            long bytes = 0;
            for (int number = 0; number < topic.partitionCount(); number++) {
                TopicPartition partition = new TopicPartition(topic.name(), number);
                owned += view.owner(partition).isPresent() ? 1 : 0;
                PartitionLog log = logs.get(partition);
                if (log != null) {
                    here++;
                    records += log.highWatermark() - log.logStartOffset();
                    bytes += log.size().sizeBytes();
                }
            }
            return new TopicLine(topic.name(), topic.partitionCount(), owned, here, records, bytes);
        }
    }

    /**
     * A group.
     *
     * @param lag of all its partitions, as far as it is known; absent when none of it is
     */
    record GroupLine(
            @JsonProperty("group") String group,
            @JsonProperty("state") String state,
            @JsonProperty("members") int members,
            @JsonProperty("topics") List<String> topics,
            @JsonProperty("lag") Long lag) {

        static GroupLine of(DescribedGroup described) {
            return new GroupLine(
                    described.group().group(),
                    described.group().state(),
                    described.group().members().size(),
                    described.positions().stream()
                            .map(position -> position.partition().topic())
                            .distinct()
                            .sorted()
                            .toList(),
                    sum(described.positions()));
        }

        private static Long sum(Collection<Position> positions) {
            List<OptionalLong> known = positions.stream()
                    .map(Position::lag)
                    .filter(OptionalLong::isPresent)
                    .toList();
            return known.isEmpty()
                    ? null
                    : known.stream().mapToLong(OptionalLong::getAsLong).sum();
        }
    }

    static long uptimeMs(Instant startedAt, Instant now) {
        return Math.max(0, Duration.between(startedAt, now).toMillis());
    }
}
