package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Appends to any partition, whoever owns it, in the order in which they came, each partition in a lane of its own.
 * Thread-safe. What waits for an owner is bounded over all lanes.
 */
final class Appends {
    private final Partitions partitions;
    private final Handovers handovers;
    private final BrokerSettings settings;
    private final LongSupplier nanoTime;

    /** One lane for each partition that was ever written through this node, until its topic is deleted. */
    private final Map<TopicPartition, AppendLane> lanes = new ConcurrentHashMap<>();

    private final AtomicLong waitingBytes = new AtomicLong();

    Appends(Partitions partitions, Handovers handovers, BrokerSettings settings, LongSupplier nanoTime) {
        this.partitions = requireNonNull(partitions, "partitions");
        this.handovers = requireNonNull(handovers, "handovers");
        this.settings = requireNonNull(settings, "settings");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /**
     * Appends whole batches. Fails as {@link io.barnabas.log.PartitionLog#append} and {@link Partitions#writableLog} do,
     * and with {@code OUTCOME_UNKNOWN} when another node had it and did not answer, unless an idempotent producer has
     * made it: then it is tried again.
     */
    CompletionStage<AppendResult> append(TopicPartition partition, ByteBuffer batches, Acks acks) {
        if (waitingBytes.get() + batches.remaining() > settings.maxWaitingAppendBytes()) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.OVERLOADED,
                    "more than " + settings.maxWaitingAppendBytes()
                            + " bytes wait for owners of partitions, try again"));
        }
        return lanes.computeIfAbsent(
                        partition,
                        key -> new AppendLane(key, partitions, handovers, settings, nanoTime, waitingBytes::addAndGet))
                .append(batches, acks);
    }

    /** The partition is no more. */
    void forget(TopicPartition partition) {
        lanes.remove(partition);
    }
}
