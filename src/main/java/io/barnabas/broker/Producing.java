package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.Topic;
import io.barnabas.log.LogConfig;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.BatchCheck;
import io.barnabas.record.BatchRules;
import io.barnabas.record.RecordLimits;
import io.barnabas.record.RoundRobin;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes to topics: single records, which it spreads over the partitions, and whole batches. Thread-safe. */
public final class Producing implements Cluster.Listener {
    private final Cluster cluster;
    private final Partitions partitions;
    private final BrokerSettings settings;
    private final Clock clock;

    private final RecordLimits limits;
    private final RoundRobin rounds = new RoundRobin();

    public Producing(Cluster cluster, Partitions partitions, BrokerSettings settings, Clock clock) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.partitions = requireNonNull(partitions, "partitions");
        this.settings = requireNonNull(settings, "settings");
        this.clock = requireNonNull(clock, "clock");
        this.limits = new RecordLimits(settings.maxDecompressedBytes(), RecordLimits.DEFAULT_MAX_RECORD_BYTES);
    }

    /**
     * Begins a request of single records. Nothing is stored before {@link ProduceRequest#send}: a request that turns
     * out to be malformed half-way leaves no trace.
     *
     * @param partition where all records go; absent to choose for each record
     * @throws BarnabasException {@code UNKNOWN_TOPIC}, {@code UNKNOWN_PARTITION}, {@code FORBIDDEN}, {@code
     *     ZOOKEEPER_UNAVAILABLE}, {@code DRAINING}
     */
    public ProduceRequest begin(String topicName, OptionalInt partition, Acks acks) {
        Topics.requireForeign(topicName);
        Topic topic = cluster.view().topic(topicName);
        if (partition.isPresent()) {
            cluster.view().topicWith(new TopicPartition(topicName, partition.getAsInt()));
        }
        partitions.requireWritable();
        return new ProduceRequest(
                this,
                topic,
                LogConfig.of(topic.config()),
                partition,
                acks,
                rounds,
                settings.maxRequestRecords(),
                clock.millis());
    }

    /**
     * Appends whole batches that a client built. The buffer is patched in place and must not be touched before the stage
     * completes.
     */
    public CompletionStage<AppendResult> appendBatches(TopicPartition partition, ByteBuffer batches, Acks acks) {
        try {
            Topics.requireForeign(partition.topic());
            LogConfig config = LogConfig.of(cluster.view().topicWith(partition).config());
            new BatchCheck(rules(config)).check(batches);
            return append(partition, batches, acks);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private BatchRules rules(LogConfig config) {
        return BatchRules.ofSize(config.maxMessageBytes())
                .withKeysRequired(config.compact())
                .withLimits(limits);
    }

    /** Appends batches that the broker built itself. */
    CompletionStage<AppendResult> append(TopicPartition partition, ByteBuffer batches, Acks acks) {
        try {
            return partitions.writableLog(partition).append(batches, acks);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void topicDeleted(Topic topic) {
        rounds.forget(topic.name());
    }
}
