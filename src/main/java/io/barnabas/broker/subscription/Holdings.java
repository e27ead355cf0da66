package io.barnabas.broker.subscription;

import io.barnabas.broker.subscription.Holding.GivingUp;
import io.barnabas.broker.subscription.Holding.Reading;
import io.barnabas.broker.subscription.Holding.Unplaced;
import io.barnabas.record.TopicPartition;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The partitions of one member, each in its state. Decides, does nothing; confined to the member's turns. */
final class Holdings {
    private final SortedMap<TopicPartition, Holding> holdings = new TreeMap<>();

    /** Those of an assignment that the member does not read yet. */
    SortedSet<TopicPartition> fresh(Set<TopicPartition> assigned) {
        SortedSet<TopicPartition> fresh = new TreeSet<>(assigned);
        fresh.removeIf(partition -> holdings.get(partition) instanceof Reading);
        return fresh;
    }

    /** Forgets what an assignment does not hold, and what it gives anew; answers what was forgotten. */
    SortedSet<TopicPartition> retain(Set<TopicPartition> assigned) {
        SortedSet<TopicPartition> gone = partitions(holding -> true);
        gone.removeIf(partition -> assigned.contains(partition) && !(holdings.get(partition) instanceof GivingUp));
        holdings.keySet().removeAll(gone);
        return gone;
    }

    void unplaced(TopicPartition partition) {
        holdings.put(partition, new Unplaced());
    }

    void reading(TopicPartition partition, long firstOffset) {
        holdings.put(partition, new Reading(firstOffset, OptionalLong.empty()));
    }

    /** @param position the next offset that was not sent; absent when nothing could be */
    void givingUp(TopicPartition partition, OptionalLong position) {
        Holding holding = holdings.get(partition);
        if (holding instanceof Reading reading) {
            holdings.put(partition, reading.toGivingUp(position.orElse(reading.firstOffset())));
        } else if (holding instanceof Unplaced) {
            holdings.put(partition, new GivingUp(0, 0, OptionalLong.empty()));
        }
    }

    /** Offsets were committed; those of partitions that are not held say nothing. */
    void committed(Map<TopicPartition, Long> offsets) {
        offsets.forEach((partition, offset) -> {
            Holding holding = holdings.get(partition);
            if (holding instanceof Reading reading) {
                holdings.put(partition, reading.committedAt(offset));
            } else if (holding instanceof GivingUp givingUp) {
                holdings.put(partition, givingUp.committedAt(offset));
            }
        });
    }

    /** What has been sent and is not committed, by the next offset to read. */
    SortedMap<TopicPartition, Long> uncommitted(Map<TopicPartition, Long> positions) {
        SortedMap<TopicPartition, Long> uncommitted = new TreeMap<>();
        holdings.forEach((partition, holding) -> {
            if (holding instanceof Reading reading) {
                long position = positions.getOrDefault(partition, reading.firstOffset());
                if (!reading.toGivingUp(position).settled()) {
                    uncommitted.put(partition, position);
                }
            } else if (holding instanceof GivingUp givingUp && !givingUp.settled()) {
                uncommitted.put(partition, givingUp.position());
            }
        });
        return uncommitted;
    }

    boolean isUnplaced(TopicPartition partition) {
        return holdings.get(partition) instanceof Unplaced;
    }

    boolean isGivingUp(TopicPartition partition) {
        return holdings.get(partition) instanceof GivingUp;
    }

    SortedSet<TopicPartition> unplaced() {
        return partitions(Unplaced.class::isInstance);
    }

    /** Takes out what is being given up and has nothing left to be committed. */
    SortedSet<TopicPartition> takeSettled() {
        SortedSet<TopicPartition> settled =
                partitions(holding -> holding instanceof GivingUp givingUp && givingUp.settled());
        holdings.keySet().removeAll(settled);
        return settled;
    }

    void remove(Set<TopicPartition> partitions) {
        holdings.keySet().removeAll(partitions);
    }

    private SortedSet<TopicPartition> partitions(Predicate<Holding> which) {
        SortedSet<TopicPartition> found = new TreeSet<>();
        holdings.forEach((partition, holding) -> {
            if (which.test(holding)) {
                found.add(partition);
            }
        });
        return found;
    }
}
