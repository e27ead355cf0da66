package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.JournalRecord.GroupChanged;
import io.barnabas.group.JournalRecord.OffsetChanged;
import io.barnabas.group.JournalRecord.OffsetRemoved;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A group's committed offsets: who may set them, and how long they are kept. Confined to its shard. */
final class Offsets {
    private final GroupTable table;
    private final Rules rules;
    private final Membership membership;

    Offsets(GroupTable table, Rules rules, Membership membership) {
        this.table = table;
        this.rules = rules;
        this.membership = membership;
    }

    void commit(
            String name,
            Committer committer,
            Map<TopicPartition, CommittedOffset> offsets,
            Moment now,
            Changes changes) {
        rules.check(offsets);
        if (committer instanceof Committer.Member byMember) {
            Member member = membership.require(name, byMember.memberId());
            requireFresh(table.group(name).orElseThrow(), byMember);
            new TreeSet<>(offsets.keySet()).forEach(partition -> requireHeld(name, member, byMember, partition));
            membership.restartSession(name, member, now);
            write(name, offsets, changes);
        } else {
            commitFromOutside(Rules.requireGroupName(name), offsets, now, changes);
        }
    }

    /** Sets offsets of a group that is known. */
    void reset(String name, Map<TopicPartition, CommittedOffset> offsets, Moment now, Changes changes) {
        rules.check(offsets);
        require(name);
        commitFromOutside(name, offsets, now, changes);
    }

    SortedMap<TopicPartition, CommittedOffset> committed(String name, Set<TopicPartition> partitions) {
        SortedMap<TopicPartition, CommittedOffset> found =
                new TreeMap<>(table.group(name).map(Group::offsets).orElseGet(TreeMap::new));
        if (!partitions.isEmpty()) {
            found.keySet().retainAll(partitions);
        }
        return found;
    }

    /** Forgets a group that has no members, offsets and all. */
    void delete(String name, Moment now, Changes changes) {
        Group group = require(name);
        requireNoMembers(group);
        expire(group, now, changes);
    }

    /** Forgets the offsets of a group without members, and with them the group. */
    void expire(Group group, Moment now, Changes changes) {
        removeOffsets(group, group.offsets().keySet(), changes);
        membership.settle(group, now, changes);
    }

    void removeOffsets(Group group, Set<TopicPartition> partitions, Changes changes) {
        new TreeSet<>(partitions).forEach(partition -> changes.write(new OffsetRemoved(group.name(), partition)));
    }

    Group require(String name) {
        return table.group(name)
                .orElseThrow(
                        () -> new BarnabasException(ErrorCode.UNKNOWN_GROUP, "group '" + name + "' does not exist"));
    }

    private void commitFromOutside(
            String name, Map<TopicPartition, CommittedOffset> offsets, Moment now, Changes changes) {
        Optional<Group> known = table.group(name);
        known.ifPresent(Offsets::requireNoMembers);
        rules.requirePartitions(offsets.keySet());
        GroupHeader header = known.map(Group::header).orElse(GroupHeader.NEW);
        Optional<String> boundTopic = rules.binding(name, header.boundTopic(), topics(offsets.keySet()));
        if (offsets.isEmpty()) {
            return;
        }
        if (known.isEmpty()) {
            rules.requireRoomForGroup();
        }
        changes.write(new GroupChanged(name, header.withCommit(boundTopic, now.wallMs())));
        write(name, offsets, changes);
        membership.restartRetention(table.group(name).orElseThrow(), now);
    }

    private static void write(String name, Map<TopicPartition, CommittedOffset> offsets, Changes changes) {
        new TreeMap<>(offsets)
                .forEach((partition, offset) -> changes.write(new OffsetChanged(name, partition, offset)));
    }

    private static void requireFresh(Group group, Committer.Member committer) {
        if (committer.generation() > group.generation()) {
            throw new BarnabasException(
                    ErrorCode.STALE_GENERATION,
                    "member '" + committer.memberId() + "' names generation " + committer.generation() + ", group '"
                            + group.name() + "' is at generation " + group.generation());
        }
    }

    /** What a member is giving up it still holds, until the next generation is made without it. */
    private static void requireHeld(String name, Member member, Committer.Member committer, TopicPartition partition) {
        Integer since = member.holdings().get(partition);
        if (since == null) {
            throw new BarnabasException(
                    ErrorCode.NOT_ASSIGNED,
                    partition + " is not assigned to member '" + member.memberId() + "' of group '" + name + "'");
        }
        if (committer.generation() < since) {
            throw new BarnabasException(
                    ErrorCode.STALE_GENERATION,
                    "member '" + member.memberId() + "' of group '" + name + "' names generation "
                            + committer.generation() + ", it has " + partition + " since generation " + since);
        }
    }

    private static void requireNoMembers(Group group) {
        if (!group.members().isEmpty()) {
            throw new BarnabasException(
                    ErrorCode.GROUP_NOT_EMPTY,
                    "group '" + group.name() + "' has " + group.members().size()
                            + " active members; only they may commit");
        }
    }

    private static SortedSet<String> topics(Set<TopicPartition> partitions) {
        SortedSet<String> topics = new TreeSet<>();
        partitions.forEach(partition -> topics.add(partition.topic()));
        return topics;
    }
}
