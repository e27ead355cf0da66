package io.barnabas.broker.consumer;

import io.barnabas.record.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Where an instance reads on, and what it returned without a commit since. Confined to the instance's turns. */
final class Positions {
    private final Map<TopicPartition, Place> places = new HashMap<>();

    /** Next offset after what was returned, for partitions where that is not committed. */
    private final Map<TopicPartition, Long> returned = new HashMap<>();

    private long lastVersion;

    /** Null while it is not known. */
    Place place(TopicPartition partition) {
        return places.get(partition);
    }

    /** Sets a position, by wish or because it became known. */
    void set(TopicPartition partition, long offset) {
        places.put(partition, new Place(offset, ++lastVersion));
    }

    void forget(TopicPartition partition) {
        places.remove(partition);
    }

    /**
     * An answer that began at {@code from} was handed over. The position moves only when nobody set it meanwhile; the
     * records count as returned all the same.
     */
    void handedOver(TopicPartition partition, Place from, long nextOffset) {
        if (from.equals(places.get(partition))) {
            set(partition, nextOffset);
        }
        returned.put(partition, nextOffset);
    }

    Map<TopicPartition, Long> returned() {
        return Map.copyOf(returned);
    }

    /** Those of the partitions of which something was returned and not committed. */
    Map<TopicPartition, Long> returned(Set<TopicPartition> partitions) {
        Map<TopicPartition, Long> some = new HashMap<>(returned);
        some.keySet().retainAll(partitions);
        return some;
    }

    /** A commit took place; what was returned after it still waits for one. */
    void committed(TopicPartition partition, long offset) {
        returned.computeIfPresent(partition, (key, next) -> next <= offset ? null : next);
    }

    void forgetReturned(Collection<TopicPartition> partitions) {
        returned.keySet().removeAll(partitions);
    }

    /** Drops every partition that is not in {@code held} any more; what was returned stays for {@code leaving} too. */
    void keep(Set<TopicPartition> held, Set<TopicPartition> leaving) {
        places.keySet().retainAll(held);
        returned.keySet().removeIf(partition -> !held.contains(partition) && !leaving.contains(partition));
    }

    void clear() {
        places.clear();
        returned.clear();
    }

    /** An offset, told from another visit to the same offset by its version. */
    record Place(long offset, long version) {}
}
