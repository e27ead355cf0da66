package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.GroupDescription;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.log.PartitionLog;
import io.barnabas.metrics.TopicTable.Size;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what nobody tells of: how much the logs occupy, who is in the groups of this node and how far they are
 * behind. Asks this node alone. Thread-safe; one look at a time.
 */
final class Refresh {
    private static final Logger LOG = LoggerFactory.getLogger(Refresh.class);

    private final TopicTable topics;
    private final GroupMetrics groups;
    private final GroupCoordinator coordinator;
    private final Supplier<Map<TopicPartition, PartitionLog>> logs;
    private final AtomicBoolean looking = new AtomicBoolean();

    /** @param logs that this node serves now */
    Refresh(
            TopicTable topics,
            GroupMetrics groups,
            GroupCoordinator coordinator,
            Supplier<Map<TopicPartition, PartitionLog>> logs) {
        this.topics = requireNonNull(topics, "topics");
        this.groups = requireNonNull(groups, "groups");
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.logs = requireNonNull(logs, "logs");
    }

    /** Looks, unless the look before is not over; completes when the series are up to date. */
    CompletionStage<Void> run() {
        if (!looking.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletionStage<Void> done;
        try {
            Map<TopicPartition, PartitionLog> served = logs.get();
            topics.sizes(sizes(served));
            done = coordinator.list().thenCompose(list -> observe(list, served)).thenAccept(groups::refresh);
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        return done.whenComplete((nothing, failure) -> {
            looking.set(false);
            if (failure != null) { // a coordinator that is moving or closed; the next look is soon
                LOG.debug("metrics could not be refreshed", failure);
            }
        });
    }

    private static Map<String, Size> sizes(Map<TopicPartition, PartitionLog> logs) {
        Map<String, Size> sizes = new HashMap<>();
        logs.forEach((partition, log) -> {
            PartitionLog.LogSize size = log.size();
            sizes.merge(partition.topic(), new Size(size.segmentCount(), size.sizeBytes()), Size::plus);
        });
        return sizes;
    }

    /** One group after the other: a look is in no hurry. One that cannot be asked now is shown without a lag. */
    private CompletionStage<List<GroupMetrics.Observed>> observe(
            List<GroupSummary> list, Map<TopicPartition, PartitionLog> served) {
        List<GroupMetrics.Observed> observed = new ArrayList<>();
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (GroupSummary group : list) {
            all = all.thenCompose(before -> coordinator.describe(group.group())).handle((described, failure) -> {
                observed.add(new GroupMetrics.Observed(
                        group.group(), group.memberCount(), failure == null ? lags(described, served) : Map.of()));
                return null;
            });
        }
        return all.thenApply(done -> observed);
    }

    /** From the beginning where nothing was committed; partitions that other nodes serve are left out. */
    private static Map<TopicPartition, Long> lags(
            GroupDescription described, Map<TopicPartition, PartitionLog> served) {
        Map<TopicPartition, Long> from = new HashMap<>();
        described.members().forEach(member -> member.partitions().forEach(partition -> from.put(partition, 0L)));
        for (Map.Entry<TopicPartition, CommittedOffset> each :
                described.offsets().entrySet()) {
            from.put(each.getKey(), each.getValue().offset());
        }
        Map<TopicPartition, Long> lags = new HashMap<>();
        from.forEach((partition, offset) -> {
            PartitionLog log = served.get(partition);
            if (log != null) {
                lags.put(partition, Math.max(0, log.highWatermark() - Math.max(offset, log.logStartOffset())));
            }
        });
        return lags;
    }
}
