package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.GroupCoordinator.GroupDescription;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.Joined;
import io.barnabas.group.GroupCoordinator.MemberDescription;
import io.barnabas.group.GroupState.Stable;
import io.barnabas.group.Homes.Homeless;
import io.barnabas.group.JournalRecord.GroupChanged;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The groups of one journal partition as a state machine: an event and its time in, an {@link Outcome} out. No I/O, no
 * clock, no thread. Confined: its runtime hands it one event at a time.
 *
 * <p>Two kinds of methods. Handlers check everything first, throwing {@link io.barnabas.record.BarnabasException} with
 * nothing changed, then change the state, durable parts by {@link JournalRecord}s alone. {@link #replay} takes the
 * records of a journal, and {@link #loaded} starts the clocks after the last of them.
 */
final class GroupShard {
    private final TopicPartitions topics;
    private final GroupTable table;
    private final Deadlines<TimeOut> deadlines = new Deadlines<>();
    private final Rebalance rebalance;
    private final Membership membership;
    private final Offsets offsets;
    private final Instances instances;

    GroupShard(
            GroupSettings settings,
            TopicPartitions topics,
            Homes homes,
            NodeUsage usage,
            Supplier<UUID> uuids,
            GroupEvents events) {
        this.topics = topics;
        this.table = new GroupTable(usage);
        Rules rules = new Rules(settings, topics, usage);
        this.rebalance = new Rebalance(settings, topics, deadlines, events);
        this.membership = new Membership(table, rules, homes, deadlines, rebalance, uuids, events);
        this.offsets = new Offsets(table, rules, membership);
        this.instances = new Instances(table, rules, deadlines, membership);
    }

    void replay(JournalRecord record) {
        table.apply(record);
    }

    /**
     * All records are there. Members live again for a fresh session time-out, but those leave whose home is gone; a
     * rebalance that was under way is started anew.
     */
    Outcome<List<Homeless>> loaded(Moment now) {
        List<Homeless> homeless = new ArrayList<>();
        Outcome<Void> outcome = changing(changes -> {
            table.instances().forEach((group, byName) -> byName.values()
                    .forEach(instance -> instances.restartIdle(group, instance, now)));
            for (Group group : table.groups()) {
                if (group.members().isEmpty()) {
                    membership.restartRetention(group, now);
                    continue;
                }
                group.become(new Stable());
                group.members().values().forEach(member -> membership.restartSession(group.name(), member, now));
                List<Homeless> left = membership.leaveHomeless(group, now, changes);
                homeless.addAll(left);
                if (left.isEmpty() && rebalance.unsettled(group)) {
                    rebalance.changed(group, now, changes);
                }
            }
        });
        return outcome.replying(List.copyOf(homeless));
    }

    /** A home may be gone: members that lived there leave. */
    Outcome<List<Homeless>> homesChanged(Moment now) {
        List<Homeless> homeless = new ArrayList<>();
        Outcome<Void> outcome = changing(changes ->
                table.groups().forEach(group -> homeless.addAll(membership.leaveHomeless(group, now, changes))));
        return outcome.replying(List.copyOf(homeless));
    }

    /** The durable state. */
    GroupTable table() {
        return table;
    }

    /** When {@link #timeOut} must be called, if nothing happens before, in ms of the monotonic clock. */
    OptionalLong nextDeadlineMs() {
        return deadlines.next();
    }

    Outcome<Void> timeOut(Moment now) {
        return changing(changes -> deadlines.due(now.monotonicMs()).forEach(due -> ranOut(due, now, changes)));
    }

    /** An assignment that an outcome held is durable. */
    Outcome<Void> journaled(Outcome.Generation generation, Moment now) {
        return changing(changes -> table.group(generation.group())
                .ifPresent(group -> rebalance.journaled(group, generation.generation(), now, changes)));
    }

    /** @param home where the member lives, when that is known */
    Outcome<Joined> join(String group, JoinRequest request, Optional<Home> home, Moment now) {
        Changes changes = new Changes(table);
        return changes.outcome(membership.join(group, request, home, now, changes));
    }

    Outcome<Void> released(String group, String memberId, Set<TopicPartition> partitions, Moment now) {
        return changing(changes -> membership.released(group, memberId, partitions, now, changes));
    }

    Outcome<Void> heartbeat(String group, String memberId, Moment now) {
        return changing(changes -> membership.heartbeat(group, memberId, now));
    }

    Outcome<Void> leave(String group, String memberId, Moment now) {
        return changing(changes -> membership.leave(group, memberId, now, changes));
    }

    /** The member does not take what it is told, and cannot be in a group so. */
    Outcome<Void> deaf(String group, String memberId, Moment now) {
        String reason = "the member does not take its notices";
        return changing(changes -> membership
                .member(group, memberId)
                .ifPresent(member -> membership.putOut(group, memberId, ErrorCode.OVERLOADED, reason, now, changes)));
    }

    Outcome<Void> commit(
            String group, Committer committer, Map<TopicPartition, CommittedOffset> committed, Moment now) {
        return changing(changes -> offsets.commit(group, committer, committed, now, changes));
    }

    Outcome<Map<TopicPartition, CommittedOffset>> committed(String group, Set<TopicPartition> partitions) {
        return reading(offsets.committed(group, partitions));
    }

    Outcome<List<GroupSummary>> list() {
        return reading(table.groups().stream().map(GroupShard::summary).toList());
    }

    Outcome<GroupDescription> describe(String name) {
        return reading(description(offsets.require(name)));
    }

    Outcome<Void> resetOffsets(String group, Map<TopicPartition, CommittedOffset> wanted, Moment now) {
        return changing(changes -> offsets.reset(group, wanted, now, changes));
    }

    Outcome<Void> delete(String group, Moment now) {
        return changing(changes -> offsets.delete(group, now, changes));
    }

    Outcome<Void> createInstance(String group, ConsumerInstance instance, Moment now) {
        return changing(changes -> instances.create(group, instance, now, changes));
    }

    Outcome<Void> updateInstance(String group, ConsumerInstance instance, Moment now) {
        return changing(changes -> instances.update(group, instance, now, changes));
    }

    Outcome<ConsumerInstance> instance(String group, String name, Moment now) {
        return reading(instances.touch(group, name, now));
    }

    Outcome<Void> deleteInstance(String group, String name, Moment now) {
        return changing(changes -> instances.delete(group, name, now, changes));
    }

    Outcome<Void> topicChanged(String topic, Moment now) {
        OptionalInt count = topics.count(topic);
        return changing(changes -> {
            for (Group group : table.groups()) {
                if (count.isEmpty()) {
                    topicGone(group, topic, now, changes);
                } else if (subscribed(group, topic) && rebalance.unsettled(group)) {
                    rebalance.changed(group, now, changes);
                }
            }
        });
    }

    private void topicGone(Group group, String topic, Moment now, Changes changes) {
        Set<TopicPartition> gone = group.offsets().keySet().stream()
                .filter(partition -> partition.topic().equals(topic))
                .collect(Collectors.toSet());
        boolean bound = group.header().boundTopic().filter(topic::equals).isPresent();
        boolean subscribed = subscribed(group, topic);
        if (gone.isEmpty() && !bound && !subscribed) {
            return;
        }
        offsets.removeOffsets(group, gone, changes);
        if (bound) {
            changes.write(new GroupChanged(group.name(), group.header().unbound()));
        }
        if (subscribed) {
            membership.unsubscribe(group, topic, changes);
        }
        if (subscribed || group.members().isEmpty()) {
            membership.settle(group, now, changes);
        }
    }

    private void ranOut(TimeOut due, Moment now, Changes changes) {
        switch (due.kind()) {
            case SESSION -> membership.expire(due.group(), due.name(), now, changes);
            case INSTANCE -> instances.expire(due.group(), due.name(), now, changes);
            case REBALANCE -> table.group(due.group()).ifPresent(group -> rebalance.lookAgain(group, now, changes));
            case RETENTION ->
                table.group(due.group())
                        .filter(group -> group.members().isEmpty())
                        .ifPresent(group -> offsets.expire(group, now, changes));
        }
    }

    private static boolean subscribed(Group group, String topic) {
        return group.members().values().stream()
                .anyMatch(member -> member.topics().contains(topic));
    }

    private static GroupSummary summary(Group group) {
        SortedSet<String> read = new TreeSet<>();
        group.members().values().forEach(member -> read.addAll(member.topics()));
        group.offsets().keySet().forEach(partition -> read.add(partition.topic()));
        return new GroupSummary(
                group.name(), group.state().name(), group.members().size(), read);
    }

    private static GroupDescription description(Group group) {
        List<MemberDescription> members = group.members().values().stream()
                .map(member ->
                        new MemberDescription(member.memberId(), member.clientId(), member.topics(), member.held()))
                .toList();
        return new GroupDescription(
                group.name(),
                group.state().name(),
                group.generation(),
                group.header().assignor().orElse(""),
                members,
                Map.copyOf(group.offsets()));
    }

    private Outcome<Void> changing(Consumer<Changes> handler) {
        Changes changes = new Changes(table);
        handler.accept(changes);
        return changes.outcome(null);
    }

    private <R> Outcome<R> reading(R reply) {
        return new Changes(table).outcome(reply);
    }
}
