package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds the offset at which a reader begins. Thread-safe. */
public final class Positioning {
    private final Topics topics;
    private final GroupCoordinator coordinator;

    public Positioning(Topics topics, GroupCoordinator coordinator) {
        this.topics = requireNonNull(topics, "topics");
        this.coordinator = requireNonNull(coordinator, "coordinator");
    }

    /** The offset that {@code start} means in the partition now. */
    public CompletionStage<Long> resolve(TopicPartition partition, StartPosition start) {
        return resolve(partition, start, topics.offsets(partition));
    }

    private CompletionStage<Long> resolve(
            TopicPartition partition, StartPosition start, CompletionStage<Topics.Offsets> offsets) {
        return offsets.thenCompose(range -> {
            if (start instanceof StartPosition.Timestamp timestamp) {
                return topics.offsetFor(partition, timestamp.timestampMs())
                        .thenApply(found -> found.map(place -> place.offset()).orElse(range.end()));
            }
            if (start instanceof StartPosition.Offset fixed) {
                return inRange(partition, fixed.offset(), range);
            }
            return CompletableFuture.completedFuture(
                    start instanceof StartPosition.Earliest ? range.beginning() : range.end());
        });
    }

    private static CompletionStage<Long> inRange(TopicPartition partition, long offset, Topics.Offsets range) {
        if (offset < range.beginning() || offset > range.end()) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "offset " + offset + " is outside of partition " + partition + ", which holds [" + range.beginning()
                            + ", " + range.end() + ")"));
        }
        return CompletableFuture.completedFuture(offset);
    }

    /**
     * Where a group goes on in each of these partitions: at its committed offset, or at {@code start} where it has none
     * or where what it committed is not there any more. Fails at once when a partition has no owner now.
     */
    public CompletionStage<Map<TopicPartition, Long>> resume(
            String group, Set<TopicPartition> partitions, StartPosition start) {
        if (partitions.isEmpty()) {
            return CompletableFuture.completedFuture(Map.of());
        }
        return coordinator.committed(group, partitions).thenCompose(committed -> {
            CompletionStage<Map<TopicPartition, Long>> positions = CompletableFuture.completedFuture(new HashMap<>());
            for (TopicPartition partition : partitions) {
                GroupCoordinator.CommittedOffset offset = committed.get(partition);
                CompletionStage<Long> position = offset == null
                        ? resolve(partition, start, topics.offsetsNow(partition))
                        : resumeAt(partition, offset.offset(), start);
                positions = positions.thenCombine(position, (all, one) -> {
                    all.put(partition, one);
                    return all;
                });
            }
            return positions;
        });
    }

    private CompletionStage<Long> resumeAt(TopicPartition partition, long committed, StartPosition start) {
        return topics.offsetsNow(partition).thenCompose(range -> {
            boolean there = committed >= range.beginning() && committed <= range.end();
            return there ? CompletableFuture.completedFuture(committed) : resolve(partition, start);
        });
    }
}
