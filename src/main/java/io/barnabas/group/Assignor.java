package io.barnabas.group;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Shares out partitions among a group's members. Pure: the same input gives the same assignment on every node. */
sealed interface Assignor permits RangeAssignor, RoundRobinAssignor, StickyAssignor {
    /** The one a group has whose first member asks for none. */
    Assignor DEFAULT = new RangeAssignor();

    /** Every assignor there is. */
    List<Assignor> ALL = List.of(DEFAULT, new RoundRobinAssignor(), new StickyAssignor());

    String name();

    /** Each member with its partitions, every member being a key; each partition that somebody wants exactly once. */
    SortedMap<String, SortedSet<TopicPartition>> assign(Input input);

    /**
     * The assignor of this name.
     *
     * @throws BarnabasException {@code INVALID_FIELD} that lists the known ones
     */
    static Assignor named(String name) {
        for (Assignor assignor : ALL) {
            if (assignor.name().equals(name)) {
                return assignor;
            }
        }
        throw new BarnabasException(
                ErrorCode.INVALID_FIELD,
                "unknown assignor '" + name + "'; known are "
                        + ALL.stream().map(Assignor::name).toList());
    }

    /**
     * What there is to share.
     *
     * @param topicsByMember what each member subscribes to
     * @param partitionCounts partitions by topic; a topic that is not there has none
     * @param current who has what now; may name members and partitions that are gone
     */
    record Input(
            SortedMap<String, Set<String>> topicsByMember,
            Map<String, Integer> partitionCounts,
            Map<String, Set<TopicPartition>> current) {

        int partitionCount(String topic) {
            return partitionCounts.getOrDefault(topic, 0);
        }

        /** Everything that is subscribed to, in order. */
        SortedSet<String> topics() {
            return topicsByMember.values().stream().flatMap(Set::stream).collect(Collectors.toCollection(TreeSet::new));
        }

        List<String> membersOf(String topic) {
            return topicsByMember.entrySet().stream()
                    .filter(member -> member.getValue().contains(topic))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        SortedMap<String, SortedSet<TopicPartition>> nothingAssigned() {
            SortedMap<String, SortedSet<TopicPartition>> nothing = new TreeMap<>();
            topicsByMember.keySet().forEach(member -> nothing.put(member, new TreeSet<>()));
            return nothing;
        }
    }
}
