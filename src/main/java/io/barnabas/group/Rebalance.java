package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupState.CompletingRebalance;
import io.barnabas.group.GroupState.Empty;
import io.barnabas.group.GroupState.PreparingRebalance;
import io.barnabas.group.GroupState.Stable;
import io.barnabas.group.JournalRecord.GroupChanged;
import io.barnabas.group.JournalRecord.MemberChanged;
import io.barnabas.group.Notice.Assigned;
import io.barnabas.group.Notice.Revoked;
import io.barnabas.record.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Moves a group's partitions from one generation to the next, letting go before giving: see {@link GroupState}.
 *
 * <p>The target is worked out anew from the members and what they hold at every change and again when all is released, so
 * it is nowhere stored. Pure but for the group and the deadlines it is given; confined to its shard.
 */
final class Rebalance {
    private final GroupSettings settings;
    private final TopicPartitions topics;
    private final Deadlines<TimeOut> deadlines;
    private final GroupEvents events;

    Rebalance(GroupSettings settings, TopicPartitions topics, Deadlines<TimeOut> deadlines, GroupEvents events) {
        this.settings = settings;
        this.topics = topics;
        this.deadlines = deadlines;
        this.events = events;
    }

    /** Something changed that the assignment depends on. The group has members. */
    void changed(Group group, Moment now, Changes changes) {
        GroupState state = group.state();
        if (state instanceof CompletingRebalance completing) {
            group.become(completing.withChange());
        } else if (state instanceof PreparingRebalance preparing) {
            prepare(group, preparing, now, changes);
        } else if (state instanceof Stable stable) {
            prepare(group, stable.prepare(now.monotonicMs()), now, changes);
        } else if (state instanceof Empty empty) {
            prepare(group, empty.prepare(now.monotonicMs() + settings.initialRebalanceDelayMs()), now, changes);
        } else {
            throw new IllegalStateException("group " + group.name() + " is dead");
        }
    }

    /** A member has let go of partitions. Those it was not asked for change nothing, so saying it twice is fine. */
    void released(Group group, String memberId, Set<TopicPartition> partitions, Moment now, Changes changes) {
        if (group.state() instanceof PreparingRebalance preparing) {
            Handover handover = preparing.handover().release(memberId, partitions);
            continueWith(group, preparing.with(handover), now, changes);
        }
    }

    /** A deadline of the running rebalance may have passed: what is late is taken. */
    void lookAgain(Group group, Moment now, Changes changes) {
        if (group.state() instanceof PreparingRebalance preparing) {
            Handover handover = preparing.handover();
            for (Map.Entry<String, Set<TopicPartition>> late :
                    handover.late(now.monotonicMs()).entrySet()) {
                events.releaseTimedOut(
                        group.name(), late.getKey(), late.getValue().size());
                handover = handover.release(late.getKey(), late.getValue());
            }
            continueWith(group, preparing.with(handover), now, changes);
        }
    }

    /** The generation is durable: members hear it, and what changed meanwhile is looked after. */
    void journaled(Group group, int generation, Moment now, Changes changes) {
        if (group.state() instanceof CompletingRebalance completing && completing.generation() == generation) {
            group.become(completing.journaled());
            for (Member member : group.members().values()) {
                changes.tell(assigned(group, member, member.held()));
            }
            events.rebalanced(group.name(), generation, group.members().size());
            if (completing.changed()) {
                changed(group, now, changes);
            }
        }
    }

    /** The member came back with a new listener, in place: it hears again what it has heard before. */
    void tellAgain(Group group, Member member, Changes changes) {
        if (group.state() instanceof PreparingRebalance preparing) {
            Set<TopicPartition> reads = new TreeSet<>(member.held());
            reads.removeAll(preparing.handover().revokedFrom(member.memberId()));
            SortedSet<TopicPartition> awaited =
                    new TreeSet<>(preparing.handover().awaitedFrom(member.memberId()));
            reads.addAll(awaited);
            changes.tell(assigned(group, member, reads));
            if (!awaited.isEmpty()) {
                changes.tell(new Revoked(group.name(), member.memberId(), group.generation(), awaited));
            }
        } else if (group.state() instanceof Stable) {
            changes.tell(assigned(group, member, member.held()));
        }
    }

    /** Whether the assignment is not what it should be; false when a topic is not known, of which we are told later. */
    boolean unsettled(Group group) {
        Set<String> subscribed = input(group).topics();
        if (subscribed.stream().anyMatch(topic -> topics.count(topic).isEmpty())) {
            return false;
        }
        SortedMap<String, SortedSet<TopicPartition>> target = target(group);
        return group.members().values().stream()
                .anyMatch(member -> !member.held().equals(target.get(member.memberId())));
    }

    private void prepare(Group group, PreparingRebalance preparing, Moment now, Changes changes) {
        Map<String, Member> members = group.members();
        Handover handover = preparing
                .handover()
                .retain((memberId, partition) -> members.containsKey(memberId)
                        && members.get(memberId).held().contains(partition));
        SortedMap<String, SortedSet<TopicPartition>> target = target(group);
        for (Member member : members.values()) {
            SortedSet<TopicPartition> surplus = new TreeSet<>(member.held());
            surplus.removeAll(target.get(member.memberId()));
            surplus.removeAll(handover.revokedFrom(member.memberId()));
            if (!surplus.isEmpty()) {
                long deadlineMs = now.monotonicMs() + member.rebalanceTimeoutMs();
                handover = handover.revoke(member.memberId(), surplus, deadlineMs);
                changes.tell(new Revoked(group.name(), member.memberId(), group.generation(), surplus));
            }
        }
        continueWith(group, preparing.with(handover), now, changes);
    }

    private void continueWith(Group group, PreparingRebalance preparing, Moment now, Changes changes) {
        group.become(preparing);
        if (preparing.ready(now.monotonicMs())) {
            deadlines.clear(TimeOut.rebalance(group.name()));
            complete(group, preparing, changes);
        } else {
            deadlines.set(TimeOut.rebalance(group.name()), preparing.nextMs());
        }
    }

    private void complete(Group group, PreparingRebalance preparing, Changes changes) {
        SortedMap<String, SortedSet<TopicPartition>> target = target(group);
        changes.write(new GroupChanged(group.name(), group.header().nextGeneration()));
        for (Member member : List.copyOf(group.members().values())) {
            SortedMap<TopicPartition, Integer> holdings = new TreeMap<>();
            for (TopicPartition partition : target.get(member.memberId())) {
                Integer since = member.holdings().get(partition);
                boolean kept = since != null && !preparing.handover().revoked(member.memberId(), partition);
                holdings.put(partition, kept ? since : group.generation());
            }
            if (!holdings.equals(member.holdings())) {
                changes.write(new MemberChanged(group.name(), member.holding(holdings)));
            }
        }
        group.become(preparing.complete(group.generation()));
        changes.await(group.name(), group.generation());
    }

    private SortedMap<String, SortedSet<TopicPartition>> target(Group group) {
        return group.header()
                .assignor()
                .map(Assignor::named)
                .orElse(Assignor.DEFAULT)
                .assign(input(group));
    }

    private Assignor.Input input(Group group) {
        SortedMap<String, Set<String>> topicsByMember = new TreeMap<>();
        Map<String, Set<TopicPartition>> current = new TreeMap<>();
        Map<String, Integer> counts = new TreeMap<>();
        group.members().forEach((memberId, member) -> {
            topicsByMember.put(memberId, member.topics());
            current.put(memberId, member.held());
            member.topics()
                    .forEach(topic -> counts.put(topic, topics.count(topic).orElse(0)));
        });
        return new Assignor.Input(topicsByMember, counts, current);
    }

    private Assigned assigned(Group group, Member member, Collection<TopicPartition> partitions) {
        Optional<String> waiting = partitions.isEmpty() ? Optional.of(waiting(group, member)) : Optional.empty();
        return new Assigned(
                group.name(), member.memberId(), new Assignment(group.generation(), Set.copyOf(partitions), waiting));
    }

    private String waiting(Group group, Member member) {
        int partitionCount = member.topics().stream()
                .mapToInt(topic -> topics.count(topic).orElse(0))
                .sum();
        long memberCount = group.members().values().stream()
                .filter(other -> other.topics().stream()
                        .anyMatch(topic -> member.topics().contains(topic)))
                .count();
        return counted(memberCount, "member shares", "members share") + " "
                + counted(partitionCount, "partition", "partitions") + " of " + Rules.quoted(member.topics())
                + "; this one waits";
    }

    private static String counted(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
