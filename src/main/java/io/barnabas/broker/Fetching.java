package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongConsumer;

/** Reads partitions, with long poll and with push. Thread-safe. */
public final class Fetching {
    private final Partitions partitions;
    private final BrokerSettings settings;
    private final Waits waits;

    /**
     * Reads through the given partitions.
     *
     * @param deadlines ends long polls; does nothing else with its thread
     * @param responders completes what is answered after a wait
     */
    public Fetching(
            Partitions partitions, BrokerSettings settings, ScheduledExecutorService deadlines, Executor responders) {
        this.partitions = requireNonNull(partitions, "partitions");
        this.settings = requireNonNull(settings, "settings");
        this.waits = new Waits(deadlines, responders, settings.maxWaitingFetches());
    }

    /**
     * Whole batches from the one that holds {@code offset}; empty when there is nothing after {@code waitMs}. Fails as
     * {@link PartitionLog#read} and {@link Partitions#log} do. Wait and bytes are cut to the broker's limits.
     */
    public CompletionStage<ReadResult> fetch(TopicPartition partition, long offset, int maxBytes, int waitMs) {
        PartitionLog log;
        try {
            log = partitions.log(partition);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        int bytes = Math.min(maxBytes, settings.maxFetchBytes());
        return log.read(offset, bytes).thenCompose(first -> {
            if (first.batches().hasRemaining() || waitMs <= 0) {
                return CompletableFuture.completedFuture(first);
            }
            return waits.await(Map.of(log, offset), Math.min(waitMs, settings.maxFetchWaitMs()))
                    .thenCompose(woken -> log.read(offset, bytes));
        });
    }

    /**
     * The log that serves the partition now, to be told from the one before it and after it by identity. Fails as {@link
     * Partitions#log} does.
     */
    public PartitionLog log(TopicPartition partition) {
        return partitions.log(partition);
    }

    /** Completes when one of the partitions has a record at or above its offset, at the latest after {@code waitMs}. */
    public CompletionStage<Void> awaitAny(Map<TopicPartition, Long> offsets, int waitMs) {
        Map<PartitionLog, Long> logs = new HashMap<>();
        try {
            offsets.forEach((partition, offset) -> logs.put(partitions.log(partition), offset));
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        return waits.await(logs, Math.min(waitMs, settings.maxFetchWaitMs()));
    }

    /**
     * Calls {@code listener} with the partition's high watermark whenever it moves; the listener returns at once. A
     * subscriber that has read up to the high watermark sleeps until then.
     */
    public PartitionLog.Registration onRecords(TopicPartition partition, LongConsumer listener) {
        return partitions.log(partition).onHighWatermark(listener);
    }

    /** Answers every long poll now, with what there is. */
    public void drain() {
        waits.drain();
    }

    /** Long polls that wait at the moment. */
    public int waitingCount() {
        return waits.count();
    }
}
