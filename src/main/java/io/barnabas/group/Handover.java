package io.barnabas.group;

import io.barnabas.record.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Who has been told to let go of what in the running rebalance, and who has not done it yet. Immutable.
 *
 * <p>Once a partition is revoked it stays so until the next generation, also when a later target would leave it where it
 * was: its member has stopped reading it and must hear that it may go on.
 *
 * @param revoked by member, everything it was told to give up in this rebalance
 * @param awaited by member, the part of it that has not been released, each with its deadline in monotonic ms
 */
record Handover(
        SortedMap<String, SortedSet<TopicPartition>> revoked,
        SortedMap<String, SortedMap<TopicPartition, Long>> awaited) {
    static final Handover NONE = new Handover(new TreeMap<>(), new TreeMap<>());

    boolean done() {
        return awaited.isEmpty();
    }

    boolean revoked(String memberId, TopicPartition partition) {
        return revoked.getOrDefault(memberId, new TreeSet<>()).contains(partition);
    }

    Set<TopicPartition> revokedFrom(String memberId) {
        return revoked.getOrDefault(memberId, new TreeSet<>());
    }

    Set<TopicPartition> awaitedFrom(String memberId) {
        return awaited.getOrDefault(memberId, new TreeMap<>()).keySet();
    }

    /** The member is told to give these up, until the deadline. */
    Handover revoke(String memberId, Collection<TopicPartition> partitions, long deadlineMs) {
        SortedMap<String, SortedSet<TopicPartition>> nowRevoked = new TreeMap<>(revoked);
        SortedSet<TopicPartition> all = new TreeSet<>(revokedFrom(memberId));
        all.addAll(partitions);
        nowRevoked.put(memberId, all);
        SortedMap<String, SortedMap<TopicPartition, Long>> nowAwaited = new TreeMap<>(awaited);
        SortedMap<TopicPartition, Long> deadlines = new TreeMap<>(awaited.getOrDefault(memberId, new TreeMap<>()));
        partitions.forEach(partition -> deadlines.put(partition, deadlineMs));
        nowAwaited.put(memberId, deadlines);
        return new Handover(nowRevoked, nowAwaited);
    }

    /** The member has let go; what is not awaited from it changes nothing. */
    Handover release(String memberId, Set<TopicPartition> partitions) {
        return awaitOnly((member, partition) -> !member.equals(memberId) || !partitions.contains(partition));
    }

    /** Without members that are gone and partitions that nobody holds any more. */
    Handover retain(BiPredicate<String, TopicPartition> held) {
        return awaitOnly(held);
    }

    /** What is late at {@code nowMs}, by member. */
    Map<String, Set<TopicPartition>> late(long nowMs) {
        Map<String, Set<TopicPartition>> late = new HashMap<>();
        awaited.forEach((member, deadlines) -> deadlines.forEach((partition, deadlineMs) -> {
            if (deadlineMs <= nowMs) {
                late.computeIfAbsent(member, any -> new TreeSet<>()).add(partition);
            }
        }));
        return late;
    }

    /** The earliest deadline; there must be one. */
    long nextMs() {
        return awaited.values().stream()
                .flatMap(deadlines -> deadlines.values().stream())
                .mapToLong(Long::longValue)
                .min()
                .orElseThrow();
    }

    private Handover awaitOnly(BiPredicate<String, TopicPartition> wanted) {
        SortedMap<String, SortedMap<TopicPartition, Long>> left = new TreeMap<>();
        awaited.forEach((member, deadlines) -> {
            SortedMap<TopicPartition, Long> kept = new TreeMap<>(deadlines);
            kept.keySet().removeIf(partition -> !wanted.test(member, partition));
            if (!kept.isEmpty()) {
                left.put(member, kept);
            }
        });
        return new Handover(revoked, left);
    }
}
