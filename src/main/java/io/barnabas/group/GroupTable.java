package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything durable of one journal partition. Changes by {@link JournalRecord}s alone, live and while loading, so that
 * memory and journal cannot come apart. Confined to its shard.
 *
 * <p>Compaction may leave a group's members before its header, so any record of a group makes it.
 */
final class GroupTable {
    private final SortedMap<String, Group> groups = new TreeMap<>();
    private final SortedMap<String, SortedMap<String, ConsumerInstance>> instances = new TreeMap<>();
    private final NodeUsage usage;

    GroupTable(NodeUsage usage) {
        this.usage = usage;
    }

    void apply(JournalRecord record) {
        record.applyTo(this);
    }

    Optional<Group> group(String name) {
        return Optional.ofNullable(groups.get(name));
    }

    /** A copy, so that what is done to each may remove it. */
    List<Group> groups() {
        return new ArrayList<>(groups.values());
    }

    Optional<ConsumerInstance> instance(String group, String name) {
        return Optional.ofNullable(instancesOf(group).get(name));
    }

    SortedMap<String, ConsumerInstance> instancesOf(String group) {
        return instances.getOrDefault(group, Collections.emptySortedMap());
    }

    Map<String, SortedMap<String, ConsumerInstance>> instances() {
        return Collections.unmodifiableMap(instances);
    }

    /** Gives back what this table counts on the node. It must not be used afterwards. */
    void abandon() {
        usage.groups().addAndGet(-groups.size());
        usage.instances()
                .addAndGet(-instances.values().stream().mapToInt(Map::size).sum());
        groups.values().forEach(group -> group.become(new GroupState.Dead()));
        groups.clear();
        instances.clear();
    }

    void putHeader(String name, GroupHeader header) {
        made(name).put(header);
    }

    void removeGroup(String name) {
        Group removed = groups.remove(name);
        if (removed != null) {
            removed.become(new GroupState.Dead());
            usage.groups().decrementAndGet();
        }
    }

    void putMember(String group, Member member) {
        made(group).put(member);
    }

    void removeMember(String group, String memberId) {
        group(group).ifPresent(known -> known.removeMember(memberId));
    }

    void putOffset(String group, TopicPartition partition, CommittedOffset offset) {
        made(group).put(partition, offset);
    }

    void removeOffset(String group, TopicPartition partition) {
        group(group).ifPresent(known -> known.removeOffset(partition));
    }

    void putInstance(String group, ConsumerInstance instance) {
        ConsumerInstance before =
                instances.computeIfAbsent(group, any -> new TreeMap<>()).put(instance.name(), instance);
        if (before == null) {
            usage.instances().incrementAndGet();
        }
    }

    void removeInstance(String group, String name) {
        SortedMap<String, ConsumerInstance> left = instances.get(group);
        if (left != null && left.remove(name) != null) {
            usage.instances().decrementAndGet();
            if (left.isEmpty()) {
                instances.remove(group);
            }
        }
    }

    private Group made(String name) {
        return groups.computeIfAbsent(name, made -> {
            usage.groups().incrementAndGet();
            return new Group(made);
        });
    }
}
