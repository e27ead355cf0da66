package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.GroupDescription;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Groups as an operator sees them: list, describe with lag, reset, delete. Thread-safe. */
public final class Groups {
    private final GroupCoordinator coordinator;
    private final Topics topics;

    public Groups(GroupCoordinator coordinator, Topics topics) {
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.topics = requireNonNull(topics, "topics");
    }

    public CompletionStage<List<GroupSummary>> list() {
        return coordinator.list();
    }

    /** The group with the position and lag of every partition that it reads or has committed. */
    public CompletionStage<DescribedGroup> describe(String group) {
        return coordinator.describe(group).thenCompose(description -> {
            CompletionStage<List<Position>> positions = CompletableFuture.completedFuture(new ArrayList<>());
            for (Map.Entry<TopicPartition, Optional<String>> entry :
                    holders(description).entrySet()) {
                CompletionStage<Position> position = position(entry.getKey(), entry.getValue(), description);
                positions = positions.thenCombine(position, (all, one) -> {
                    all.add(one);
                    return all;
                });
            }
            return positions.thenApply(all -> new DescribedGroup(description, all));
        });
    }

    private static Map<TopicPartition, Optional<String>> holders(GroupDescription description) {
        Map<TopicPartition, Optional<String>> holders = new TreeMap<>();
        description.offsets().keySet().forEach(partition -> holders.put(partition, Optional.empty()));
        description.members().forEach(member -> member.partitions()
                .forEach(partition -> holders.put(partition, Optional.of(member.memberId()))));
        return holders;
    }

    private CompletionStage<Position> position(
            TopicPartition partition, Optional<String> member, GroupDescription description) {
        CommittedOffset committed = description.offsets().get(partition);
        OptionalLong committedOffset = committed == null ? OptionalLong.empty() : OptionalLong.of(committed.offset());
        return topics.offsetsNow(partition).handle((range, failure) -> {
            if (failure != null) { // its owner is away: what is not known is left out
                return new Position(partition, member, committedOffset, OptionalLong.empty(), OptionalLong.empty());
            }
            long from = Math.max(committedOffset.orElse(range.beginning()), range.beginning());
            return new Position(
                    partition,
                    member,
                    committedOffset,
                    OptionalLong.of(range.end()),
                    OptionalLong.of(Math.max(0, range.end() - from)));
        });
    }

    /**
     * Moves the group's committed offsets in one topic; refused while members are active. Targets are cut to what the
     * partition holds. With {@code dryRun} nothing is changed.
     *
     * @param partitions which ones; all of the topic when empty
     * @return each partition's offset before (absent when none was committed) and after
     */
    public CompletionStage<List<Reset>> reset(
            String group, String topic, Set<Integer> partitions, ResetTarget target, boolean dryRun) {
        int count = topics.topic(topic).partitionCount();
        Set<TopicPartition> chosen = new TreeSet<>();
        if (partitions.isEmpty()) {
            for (int partition = 0; partition < count; partition++) {
                chosen.add(new TopicPartition(topic, partition));
            }
        }
        partitions.forEach(partition -> chosen.add(new TopicPartition(topic, partition)));
        chosen.forEach(partition -> topics.view().topicWith(partition));
        return coordinator
                .committed(group, chosen)
                .thenCompose(committed -> plan(chosen, committed, target))
                .thenCompose(plan -> {
                    if (dryRun) {
                        return requireEmpty(group).thenApply(empty -> plan);
                    }
                    Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
                    plan.forEach(reset -> offsets.put(reset.partition(), new CommittedOffset(reset.after(), "")));
                    return coordinator.resetOffsets(group, offsets).thenApply(done -> plan);
                });
    }

    private CompletionStage<Void> requireEmpty(String group) {
        return coordinator.describe(group).thenAccept(description -> {
            if (!description.members().isEmpty()) {
                throw new BarnabasException(
                        ErrorCode.GROUP_NOT_EMPTY,
                        "group '" + group + "' has " + description.members().size()
                                + " active members; stop them before its offsets are reset");
            }
        });
    }

    private CompletionStage<List<Reset>> plan(
            Set<TopicPartition> chosen, Map<TopicPartition, CommittedOffset> committed, ResetTarget target) {
        CompletionStage<List<Reset>> plan = CompletableFuture.completedFuture(List.of());
        for (TopicPartition partition : chosen) {
            CommittedOffset now = committed.get(partition);
            OptionalLong before = now == null ? OptionalLong.empty() : OptionalLong.of(now.offset());
            plan = plan.thenCombine(resolve(partition, before, target), (resets, after) -> {
                List<Reset> longer = new ArrayList<>(resets);
                longer.add(new Reset(partition, before, after));
                return longer;
            });
        }
        return plan;
    }

    private CompletionStage<Long> resolve(TopicPartition partition, OptionalLong before, ResetTarget target) {
        return topics.offsets(partition).thenCompose(range -> {
            if (target instanceof ResetTarget.Timestamp timestamp) {
                return topics.offsetFor(partition, timestamp.timestampMs())
                        .thenApply(found -> found.map(place -> place.offset()).orElse(range.end()));
            }
            return CompletableFuture.completedFuture(target.offset(range, before));
        });
    }

    public CompletionStage<Void> delete(String group) {
        return coordinator.delete(group);
    }

    /** Where a reset goes. */
    public sealed interface ResetTarget {
        /** The offset for a partition whose readable range and committed offset are given. */
        default long offset(Topics.Offsets range, OptionalLong before) {
            long wanted;
            if (this instanceof Earliest) {
                wanted = range.beginning();
            } else if (this instanceof Offset fixed) {
                wanted = fixed.offset();
            } else if (this instanceof Shift shift) {
                wanted = Math.addExact(before.orElse(range.beginning()), shift.by());
            } else {
                wanted = range.end();
            }
            return Math.min(Math.max(wanted, range.beginning()), range.end());
        }

        /** The first record there is. */
        record Earliest() implements ResetTarget {}

        /** After the last record. */
        record Latest() implements ResetTarget {}

        /** This offset. */
        record Offset(long offset) implements ResetTarget {}

        /** The first record at or after this time, in ms. */
        record Timestamp(long timestampMs) implements ResetTarget {}

        /** So many records forward, or back when negative, from what is committed. */
        record Shift(long by) implements ResetTarget {}
    }

    /** A partition's committed offset before (absent when none) and after a reset. */
    public record Reset(TopicPartition partition, OptionalLong before, long after) {}

    /** A group with its positions in order of topic and partition. */
    public record DescribedGroup(GroupDescription group, List<Position> positions) {}

    /**
     * How far a group is in a partition.
     *
     * @param memberId who reads it, if anybody does
     * @param committed next offset to read, absent when nothing was committed
     * @param end exclusive end of the partition, absent while its owner is away
     * @param lag records between the two (from the beginning when nothing was committed), absent as {@code end}
     */
    public record Position(
            TopicPartition partition,
            Optional<String> memberId,
            OptionalLong committed,
            OptionalLong end,
            OptionalLong lag) {}
}
