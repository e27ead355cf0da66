package io.barnabas.group;

import io.barnabas.record.TopicPartition;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is journaled of a member: who it is and what it holds. A native member, which is assigned to by the coordinator;
 * a member that speaks Kafka's protocol would carry its protocols and opaque assignment beside these, under another kind
 * in the journal.
 *
 * @param home the node at which it lives since its last join; absent when nobody knows, and for a consumer
 *     instance, which works wherever its group is coordinated
 * @param holdings its partitions, each with the generation since which it has had it without a break
 */
record Member(
        String memberId,
        String clientId,
        SortedSet<String> topics,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        Optional<Home> home,
        SortedMap<TopicPartition, Integer> holdings) {
    Member {
        topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
        holdings = Collections.unmodifiableSortedMap(new TreeMap<>(holdings));
    }

    Set<TopicPartition> held() {
        return holdings.keySet();
    }

    Member holding(Map<TopicPartition, Integer> changed) {
        return new Member(
                memberId, clientId, topics, sessionTimeoutMs, rebalanceTimeoutMs, home, new TreeMap<>(changed));
    }

    /** The member without a topic that is gone. */
    Member without(String topic) {
        SortedSet<String> left = new TreeSet<>(topics);
        left.remove(topic);
        SortedMap<TopicPartition, Integer> kept = new TreeMap<>(holdings);
        kept.keySet().removeIf(partition -> partition.topic().equals(topic));
        return new Member(memberId, clientId, left, sessionTimeoutMs, rebalanceTimeoutMs, home, kept);
    }
}
