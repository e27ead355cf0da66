package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a member reads: begins at the group's offsets, tells the reader's end, ends. Confined to the member's turns. */
final class MemberReading {
    private static final Logger LOG = LoggerFactory.getLogger(MemberReading.class);

    private final String group;
    private final StartPosition start;
    private final RecordSource source;
    private final Holdings holdings;
    private final Delivery delivery;
    private final Outlet outlet;

    MemberReading(
            String group,
            StartPosition start,
            RecordSource source,
            Holdings holdings,
            Delivery delivery,
            Outlet outlet) {
        this.group = requireNonNull(group, "group");
        this.start = requireNonNull(start, "start");
        this.source = requireNonNull(source, "source");
        this.holdings = requireNonNull(holdings, "holdings");
        this.delivery = requireNonNull(delivery, "delivery");
        this.outlet = requireNonNull(outlet, "outlet");
    }

    /** Ends what is not among these; answers those that are not read yet. */
    SortedSet<TopicPartition> retain(Set<TopicPartition> assigned) {
        holdings.retain(assigned).forEach(delivery::remove);
        return holdings.fresh(assigned);
    }

    /** The offset at which the group goes on in each partition; those that cannot be told now are absent. */
    CompletionStage<Map<TopicPartition, OptionalLong>> place(Set<TopicPartition> partitions) {
        CompletionStage<Map<TopicPartition, OptionalLong>> all = CompletableFuture.completedFuture(new TreeMap<>());
        for (TopicPartition partition : partitions) {
            CompletionStage<OptionalLong> one = source.resume(group, partition, start)
                    .handle((offset, failure) -> {
                        if (failure != null) {
                            LOG.debug("position unknown group={} partition={}", group, partition, failure);
                            return OptionalLong.empty();
                        }
                        return OptionalLong.of(offset);
                    });
            all = all.thenCombine(one, (offsets, offset) -> {
                offsets.put(partition, offset);
                return offsets;
            });
        }
        return all;
    }

    void begin(Map<TopicPartition, OptionalLong> offsets) {
        offsets.forEach((partition, offset) -> {
            if (offset.isPresent()) {
                holdings.reading(partition, offset.getAsLong());
                delivery.add(partition, offset.getAsLong());
            } else {
                holdings.unplaced(partition);
            }
        });
    }

    /** Tells the reader's end all that is read from now on. */
    void announce(int generation, Optional<String> waiting) {
        SortedMap<TopicPartition, OptionalLong> offsets = new TreeMap<>();
        delivery.positions().forEach((partition, offset) -> offsets.put(partition, OptionalLong.of(offset)));
        holdings.unplaced().forEach(partition -> offsets.put(partition, OptionalLong.empty()));
        outlet.assigned(generation, offsets, waiting);
    }

    /** Sends nothing of these any more; what was sent may still be committed. */
    void giveUp(Set<TopicPartition> partitions) {
        for (TopicPartition partition : Set.copyOf(partitions)) {
            OptionalLong position =
                    delivery.holds(partition) ? OptionalLong.of(delivery.position(partition)) : OptionalLong.empty();
            delivery.remove(partition);
            holdings.givingUp(partition, position);
        }
    }
}
