package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.RemotePartitionLog;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.log.ReadMemory;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads partitions, with long poll and with push. Thread-safe. */
public final class Fetching {
    private static final Logger LOG = LoggerFactory.getLogger(Fetching.class);

    private final Partitions partitions;
    private final BrokerSettings settings;
    private final Waits waits;
    private final ReadBlocks blocks;

    /** Long polls that wait at another node. */
    private final Set<Forwarded> forwarded = ConcurrentHashMap.newKeySet();

    /** Set once; a long poll that begins after the drain is not forwarded. */
    private volatile boolean drained;

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
        this.blocks = new ReadBlocks(settings.freeReadBytes());
        this.waits = new Waits(deadlines, responders, settings.maxWaitingFetches());
        partitions.onMoved(waits::moved);
    }

    /** Memory for one read at a time, to be given to {@link #fetch} or {@link #fetchNow} and closed when it is done with. */
    public ReadBlock block() {
        return blocks.open();
    }

    /**
     * Whole batches from the one that holds {@code offset}; empty when there is nothing after {@code waitMs}. Waits for a
     * partition that changes hands, then fails as {@link PartitionLog#read} and {@link Partitions#log} do. Wait and bytes
     * are cut to the broker's limits.
     */
    public CompletionStage<ReadResult> fetch(TopicPartition partition, long offset, int maxBytes, int waitMs) {
        return fetch(partition, offset, maxBytes, waitMs, ReadMemory.FRESH);
    }

    /** As {@link #fetch(TopicPartition, long, int, int)}, into this memory as {@link PartitionLog#read} does. */
    public CompletionStage<ReadResult> fetch(
            TopicPartition partition, long offset, int maxBytes, int waitMs, ReadMemory memory) {
        int longestMs = Math.min(waitMs, settings.maxFetchWaitMs());
        long untilNanos = partitions.nanoTime() + TimeUnit.MILLISECONDS.toNanos(longestMs);
        return partitions.withOwner(partition, longestMs, log -> {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(untilNanos - partitions.nanoTime() + 999_999);
            return fetch(log, offset, maxBytes, (int) Math.max(0, Math.min(longestMs, leftMs)), memory);
        });
    }

    /** What there is now; fails at once when the partition cannot be read now. */
    public CompletionStage<ReadResult> fetchNow(
            TopicPartition partition, long offset, int maxBytes, ReadMemory memory) {
        try {
            return partitions.log(partition).read(offset, Math.min(maxBytes, settings.maxFetchBytes()), memory);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** From this log, whatever becomes of its partition meanwhile. */
    CompletionStage<ReadResult> fetch(PartitionLog log, long offset, int maxBytes, int waitMs, ReadMemory memory) {
        int bytes = Math.min(maxBytes, settings.maxFetchBytes());
        if (log instanceof RemotePartitionLog remote
                && waitMs > 0
                && !drained
                && forwarded.size() < settings.maxForwardedPolls()) {
            return forward(remote, offset, bytes, waitMs);
        }
        return log.read(offset, bytes, memory).thenCompose(first -> {
            if (first.batches().hasRemaining()) {
                return CompletableFuture.completedFuture(first);
            }
            if (waitMs <= 0) {
                return sure(log, first);
            }
            return waits.await(Map.of(log, offset), Math.min(waitMs, settings.maxFetchWaitMs()))
                    .thenCompose(woken -> log.read(offset, bytes, memory))
                    .thenCompose(read -> sure(log, read));
        });
    }

    /**
     * Nothing came: a log that was woken because it is handed on may not know yet that it is closed, and a node that was
     * paused may not know that another has the partition; what is waited for comes to the next one. Without ZooKeeper
     * nobody can be asked, and reading goes on: nothing has come that this node knows of.
     */
    private CompletionStage<ReadResult> sure(PartitionLog log, ReadResult read) {
        if (read.batches().hasRemaining()) {
            return CompletableFuture.completedFuture(read);
        }
        TopicPartition partition = log.id().partition();
        if (partitions.log(partition) != log) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.NOT_OWNER, "partition " + partition + " has moved to another node"));
        }
        return log.owned()
                .exceptionallyCompose(failure -> BarnabasException.of(failure).code() == ErrorCode.ZOOKEEPER_UNAVAILABLE
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure))
                .thenApply(owned -> read);
    }

    /** The owner waits; too many of these would fill the connections, so the others wait here for its news. */
    private CompletionStage<ReadResult> forward(RemotePartitionLog log, long offset, int maxBytes, int waitMs) {
        Forwarded poll = new Forwarded();
        forwarded.add(poll);
        log.read(offset, maxBytes, waitMs).whenComplete((read, failure) -> {
            forwarded.remove(poll);
            if (failure == null) {
                poll.answer.complete(read);
            } else {
                poll.answer.completeExceptionally(failure);
            }
        });
        return poll.answer;
    }

    /**
     * The log that serves the partition now, to be told from the one before it and after it by identity. Fails as {@link
     * Partitions#log} does.
     */
    public PartitionLog log(TopicPartition partition) {
        return partitions.log(partition);
    }

    /**
     * Completes when one of the partitions has a record at or above its offset or changes hands, at the latest after
     * {@code waitMs}. Those that have no owner now are not waited for.
     */
    public CompletionStage<Void> awaitAny(Map<TopicPartition, Long> offsets, int waitMs) {
        Map<PartitionLog, Long> logs = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            try {
                logs.put(partitions.log(partition), offset);
            } catch (BarnabasException e) { // it has nothing to wait for; the others have
                LOG.debug("not waiting for a partition partition={} code={}", partition, e.code());
            }
        });
        return waits.await(logs, Math.min(waitMs, settings.maxFetchWaitMs()));
    }

    /** Answers every long poll now, with what there is. */
    public void drain() {
        drained = true;
        waits.drain();
        forwarded.forEach(poll -> poll.answer.complete(new ReadResult(ByteBuffer.allocate(0), 0, 0)));
    }

    /** Long polls that wait at the moment. */
    public int waitingCount() {
        return waits.count() + forwarded.size();
    }

    /** One long poll at another node; compared by identity. */
    private static final class Forwarded {
        private final CompletableFuture<ReadResult> answer = new CompletableFuture<>();
    }
}
