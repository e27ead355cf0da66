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
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordLimits;
import io.barnabas.record.RoundRobin;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes to topics: single records, which it spreads over the partitions, and whole batches. Thread-safe. */
public final class Producing implements Cluster.Listener {
    private final Cluster cluster;
    private final Partitions partitions;
    private final Clock clock;

    private final RecordLimits limits;
    private final RoundRobin rounds = new RoundRobin();
    private final TopicLogConfigs configs = new TopicLogConfigs();
    private final ProducerIds producerIds;

    public Producing(Cluster cluster, Partitions partitions, BrokerSettings settings, Clock clock) {
        this.cluster = requireNonNull(cluster, "cluster");
        this.partitions = requireNonNull(partitions, "partitions");
        this.clock = requireNonNull(clock, "clock");
        this.producerIds = new ProducerIds(cluster);
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
        return begin(topicName, partition, acks, Optional.empty());
    }

    /** As above; with a key, a repeat of the request finds what the first try stored. */
    public ProduceRequest begin(String topicName, OptionalInt partition, Acks acks, Optional<IdempotencyKey> key) {
        Topics.requireForeign(topicName);
        Topic topic = cluster.view().topic(topicName);
        if (partition.isPresent()) {
            cluster.view().topicWith(new TopicPartition(topicName, partition.getAsInt()));
        }
        partitions.requireAccepting();
        return new ProduceRequest(this, topic, configs.of(topic), partition, acks, rounds, clock.millis(), key);
    }

    /** A new idempotent producer: an id that is unique over the whole cluster and all time. */
    public CompletionStage<ProducerIdentity> newProducer() {
        return producerIds.assign();
    }

    /**
     * The next epoch of a producer, with which it starts again from sequence 0. In each partition the old epoch is fenced
     * off from the new one's first record on. After epoch 32767 it is a new id.
     *
     * @return fails with {@code INVALID_FIELD} for an id that was never given out
     */
    public CompletionStage<ProducerIdentity> renewProducer(ProducerIdentity known) {
        return producerIds.renew(known);
    }

    /**
     * Appends whole batches that a client built. The buffer is patched in place and must not be touched before the stage
     * completes.
     */
    public CompletionStage<AppendResult> appendBatches(TopicPartition partition, ByteBuffer batches, Acks acks) {
        return appendBatches(partition, batches, acks, Optional.empty());
    }

    /**
     * As above; with a key there must be one batch, without a producer of its own, and a repeat of it finds what the
     * first try stored.
     */
    public CompletionStage<AppendResult> appendBatches(
            TopicPartition partition, ByteBuffer batches, Acks acks, Optional<IdempotencyKey> key) {
        try {
            Topics.requireForeign(partition.topic());
            LogConfig config = configs.of(cluster.view().topicWith(partition));
            new BatchCheck(rules(config)).check(batches);
            if (key.isPresent()) {
                stamp(batches, key.get());
            } else {
                RecordBatches.strict(batches).forEach(batch -> requireForeignProducer(batch.producerId()));
            }
            return append(partition, batches, acks);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void stamp(ByteBuffer batches, IdempotencyKey key) {
        RecordBatch batch = RecordBatch.at(batches);
        if (batch.sizeInBytes() != batches.remaining() || batch.producerId() != RecordBatch.NO_PRODUCER_ID) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "with an Idempotency-Key the body must be one batch without a producer id of its own");
        }
        key.add(batch.bytes());
        batch.stampProducer(key.sequence());
    }

    /** Ids of keys are made here: a client that could choose one could answer for somebody else's request. */
    static void requireForeignProducer(long producerId) {
        if (ProducerSequence.isKey(producerId)) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "producer ids go up to " + ProducerSequence.MAX_PRODUCER_ID + ", got " + producerId);
        }
    }

    private BatchRules rules(LogConfig config) {
        return BatchRules.ofSize(config.maxMessageBytes())
                .withKeysRequired(config.compact())
                .withLimits(limits);
    }

    /** Appends batches that the broker built itself. */
    CompletionStage<AppendResult> append(TopicPartition partition, ByteBuffer batches, Acks acks) {
        return partitions.append(partition, batches, acks);
    }

    @Override
    public void topicDeleted(Topic topic) {
        rounds.forget(topic.name());
    }
}
