package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.log.LogConfig;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Topics, for every front end. Thread-safe. */
public final class Topics {
    private final Cluster cluster;
    private final Partitions partitions;
    private final BrokerSettings settings;

    public Topics(Cluster cluster, Partitions partitions, BrokerSettings settings) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.partitions = requireNonNull(partitions, "partitions");
        this.settings = requireNonNull(settings, "settings");
    }

    /** Names in order; the broker's own topics are left out. */
    public List<String> names() {
        return cluster.view().topics().values().stream()
                .filter(topic -> !topic.internal())
                .map(Topic::name)
                .toList();
    }

    /** The topic, internal ones too, or {@code UNKNOWN_TOPIC}. */
    public Topic topic(String name) {
        return cluster.view().topic(TopicName.require(name));
    }

    public ClusterView view() {
        return cluster.view();
    }

    /** Every configuration key of the topic with its value, defaults included, by name. */
    public Map<String, String> effectiveConfig(Topic topic) {
        Map<String, String> all = new TreeMap<>(LogConfig.defaults());
        all.putAll(topic.config());
        return all;
    }

    /** Creates the topic; completes when its partitions can be written. */
    public CompletionStage<Topic> create(String name, OptionalInt partitionCount, Map<String, String> config) {
        requireForeign(name);
        LogConfig.of(config);
        partitions.requireWritable();
        return cluster.createTopic(name, partitionCount.orElse(settings.defaultPartitionCount()), config)
                .thenCompose(topic -> partitions.allServed(topic).thenApply(opened -> topic));
    }

    /** Raises the partition count; completes when the new partitions can be written. */
    public CompletionStage<Topic> addPartitions(String name, int partitionCount) {
        requireForeign(name);
        partitions.requireWritable();
        return cluster.addPartitions(name, partitionCount)
                .thenCompose(topic -> partitions.allServed(topic).thenApply(opened -> topic));
    }

    /** Sets configuration keys; one with a null value goes back to its default. */
    public CompletionStage<Topic> changeConfig(String name, Map<String, String> changes) {
        requireForeign(name);
        Map<String, String> merged = new HashMap<>(topic(name).config());
        changes.forEach((key, value) -> {
            if (value == null) {
                requireKnownKey(key);
                merged.remove(key);
            } else {
                merged.put(key, value);
            }
        });
        LogConfig.of(merged);
        partitions.requireWritable();
        return cluster.changeConfig(name, changes);
    }

    public CompletionStage<Void> delete(String name) {
        requireForeign(name);
        partitions.requireWritable();
        return cluster.deleteTopic(name);
    }

    /** First offset that can be read and exclusive end of what readers see, asked of the owner. */
    public CompletionStage<Offsets> offsets(TopicPartition partition) {
        return partitions.withOwner(
                partition, log -> log.range().thenApply(range -> new Offsets(range.beginning(), range.end())));
    }

    /** As {@link #offsets}, without waiting for a partition that has no owner now. */
    public CompletionStage<Offsets> offsetsNow(TopicPartition partition) {
        try {
            return partitions.log(partition).range().thenApply(range -> new Offsets(range.beginning(), range.end()));
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The first offset at or after the timestamp, absent when every record is older. */
    public CompletionStage<Optional<PartitionLog.OffsetAndTimestamp>> offsetFor(
            TopicPartition partition, long timestamp) {
        return partitions.withOwner(partition, log -> log.offsetForTimestamp(timestamp));
    }

    /** Deletes records below {@code offset}; answers the new beginning. */
    public CompletionStage<Long> truncate(TopicPartition partition, long offset) {
        requireForeign(partition.topic());
        partitions.requireWritable();
        return partitions.withOwner(partition, log -> log.truncateBefore(offset));
    }

    private static void requireKnownKey(String key) {
        if (!LogConfig.defaults().containsKey(key)) {
            throw new BarnabasException(ErrorCode.INVALID_CONFIGURATION, "unknown topic configuration '" + key + "'");
        }
    }

    /** Only the broker itself changes its own topics. */
    static void requireForeign(String name) {
        if (TopicName.internal(TopicName.require(name))) {
            throw new BarnabasException(
                    ErrorCode.FORBIDDEN, "topic '" + name + "' belongs to the broker; clients cannot change it");
        }
    }

    /**
     * A partition's readable range.
     *
     * @param beginning inclusive
     * @param end exclusive
     */
    public record Offsets(long beginning, long end) {}
}
