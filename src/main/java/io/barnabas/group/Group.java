package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.TopicPartition;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One group: what is journaled of it, which only {@link GroupTable} changes, and its state, which is not journaled.
 * Confined to its shard.
 */
final class Group {
    private final String name;
    private final SortedMap<String, Member> members = new TreeMap<>();
    private final SortedMap<TopicPartition, CommittedOffset> offsets = new TreeMap<>();
    private GroupHeader header = GroupHeader.NEW;
    private GroupState state = new GroupState.Empty();

    Group(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    GroupHeader header() {
        return header;
    }

    int generation() {
        return header.generation();
    }

    GroupState state() {
        return state;
    }

    void become(GroupState next) {
        state = next;
    }

    SortedMap<String, Member> members() {
        return Collections.unmodifiableSortedMap(members);
    }

    SortedMap<TopicPartition, CommittedOffset> offsets() {
        return Collections.unmodifiableSortedMap(offsets);
    }

    void put(GroupHeader changed) {
        header = changed;
    }

    void put(Member member) {
        members.put(member.memberId(), member);
    }

    void removeMember(String memberId) {
        members.remove(memberId);
    }

    void put(TopicPartition partition, CommittedOffset offset) {
        offsets.put(partition, offset);
    }

    void removeOffset(TopicPartition partition) {
        offsets.remove(partition);
    }
}
