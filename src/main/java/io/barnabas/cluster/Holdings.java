package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which partitions this node holds, and which it should claim. Pure: it decides and remembers, {@link Claims} and {@link
 * HandOvers} act. Told the time; confined to the event thread.
 *
 * <pre>
 * unheld -- wanted here and free, claim written --> claimed -- seen in ZooKeeper --> held
 * held -- wanted elsewhere --> leaving -- release seen in ZooKeeper --> unheld
 * leaving -- wanted here again, claim written --> claimed, whether it was released or that failed
 * held, claimed, leaving -- other owner, higher epoch, topic gone, session lost --> unheld
 * </pre>
 *
 * A claim that was made in an earlier session does not count: each session claims anew, under a higher epoch. A partition
 * is free when nobody claimed it, when its owner released it or is gone, when its owner is this node, or when this node
 * has waited for its release for too long.
 */
final class Holdings {
    private final int nodeId;
    private final long handOverWaitMs;
    private final Map<PartitionKey, Integer> held = new HashMap<>();
    private final Map<PartitionKey, Integer> claimed = new HashMap<>();
    private final Map<PartitionKey, Integer> leaving = new HashMap<>();
    private final Map<PartitionKey, Topic> topics = new HashMap<>();

    /** Since when this node waits for a partition that a live node still owns. */
    private final Map<PartitionKey, Long> waitingSinceMs = new HashMap<>();

    Holdings(int nodeId, long handOverWaitMs) {
        this.nodeId = nodeId;
        this.handOverWaitMs = handOverWaitMs;
    }

    /** A partition that came or went. */
    record Change(PartitionKey key, Topic topic, int epoch) {
        int partition() {
            return key.partition();
        }
    }

    /**
     * What a new state changed.
     *
     * @param disowned gone at once
     * @param leaving to be closed and then released
     * @param owned first those without which no group can go on: logs are opened in this order
     */
    record Outcome(List<Change> disowned, List<Change> leaving, List<Change> owned) {}

    /** Epochs of what this node holds. */
    Map<PartitionKey, Integer> held() {
        return held;
    }

    /** Whether nothing is held, claimed or still being handed over. */
    boolean empty() {
        return held.isEmpty() && claimed.isEmpty() && leaving.isEmpty();
    }

    /** Remembers a claim that ZooKeeper has taken. */
    void claimed(PartitionKey key, int epoch) {
        claimed.put(key, epoch);
    }

    /** Takes a new state in. */
    Outcome reconcile(Snapshot snapshot) {
        List<Change> disowned = new ArrayList<>();
        List<Change> left = new ArrayList<>();
        leaving.entrySet().removeIf(entry -> !mine(entry.getKey(), entry.getValue(), snapshot));
        for (Iterator<Map.Entry<PartitionKey, Integer>> all = held.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<PartitionKey, Integer> holding = all.next();
            PartitionKey key = holding.getKey();
            if (!mine(key, holding.getValue(), snapshot) || snapshot.wanted(key).isEmpty()) {
                all.remove();
                disowned.add(change(key, holding.getValue()));
            } else if (!wantedHere(key, snapshot)) {
                all.remove();
                leaving.put(key, holding.getValue());
                left.add(change(key, holding.getValue()));
            }
        }
        List<Change> owned = confirm(snapshot);
        topics.keySet().retainAll(held.keySet());
        return new Outcome(disowned, left, owned);
    }

    private List<Change> confirm(Snapshot snapshot) {
        List<Change> owned = new ArrayList<>();
        for (Iterator<Map.Entry<PartitionKey, Integer>> all = claimed.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<PartitionKey, Integer> claim = all.next();
            Optional<Topic> topic = snapshot.topic(claim.getKey().topicId());
            boolean seen = snapshot.owner(claim.getKey()).equals(Optional.of(new Ownership(nodeId, claim.getValue())));
            if (seen && topic.isPresent() && snapshot.wanted(claim.getKey()).isPresent()) {
                // Also when it is wanted elsewhere by now: then the next state hands it over in the ordinary way.
                held.put(claim.getKey(), claim.getValue());
                topics.put(claim.getKey(), topic.get());
                owned.add(change(claim.getKey(), claim.getValue()));
                all.remove();
            } else if (overtaken(claim.getKey(), claim.getValue(), snapshot) || topic.isEmpty()) {
                all.remove();
            }
        }
        owned.sort(Comparator.comparing(change -> !change.topic().internal()));
        return owned;
    }

    /** The session is over: nothing is held or claimed any more. */
    List<Change> release() {
        List<Change> released = new ArrayList<>();
        held.forEach((key, epoch) -> released.add(change(key, epoch)));
        held.clear();
        claimed.clear();
        leaving.clear();
        topics.clear();
        waitingSinceMs.clear();
        return released;
    }

    /** Partitions to claim now, except those being claimed; first those without which no group can go on. */
    Deque<PartitionKey> claimable(Snapshot snapshot, Set<PartitionKey> beingClaimed, long nowMs) {
        Deque<PartitionKey> found = new ArrayDeque<>();
        Set<PartitionKey> occupied = new HashSet<>();
        List<Versioned<Topic>> internalFirst = new ArrayList<>(snapshot.topics().values());
        internalFirst.sort(Comparator.comparing(topic -> !topic.value().internal()));
        for (Versioned<Topic> topic : internalFirst) {
            for (int p = 0; p < topic.value().partitionCount(); p++) {
                PartitionKey key = new PartitionKey(topic.value().id(), p);
                if (!wantedHere(key, snapshot)
                        || held.containsKey(key)
                        || claimed.containsKey(key)
                        || beingClaimed.contains(key)) {
                    continue;
                }
                if (free(key, snapshot) || overdue(key, nowMs)) {
                    found.add(key);
                } else {
                    occupied.add(key);
                }
            }
        }
        waitingSinceMs.keySet().retainAll(occupied);
        occupied.forEach(key -> waitingSinceMs.putIfAbsent(key, nowMs));
        return found;
    }

    /** Whether this node waits for a partition that a live node has not released yet. */
    boolean waiting() {
        return !waitingSinceMs.isEmpty();
    }

    /** Whether this node holds every partition of the topic that it shall own. */
    boolean settled(Topic topic, Snapshot snapshot) {
        for (int p = 0; p < topic.partitionCount(); p++) {
            PartitionKey key = new PartitionKey(topic.id(), p);
            if (snapshot.wanted(key).isEmpty() || (wantedHere(key, snapshot) && !held.containsKey(key))) {
                return false;
            }
        }
        return true;
    }

    private boolean free(PartitionKey key, Snapshot snapshot) {
        Optional<Ownership> owner = snapshot.owner(key);
        return owner.isEmpty() || owner.get().nodeId() == nodeId;
    }

    private boolean overdue(PartitionKey key, long nowMs) {
        Long since = waitingSinceMs.get(key);
        return since != null && nowMs - since >= handOverWaitMs;
    }

    /** Whether the partition still is this node's under that epoch, neither taken nor released. */
    private boolean mine(PartitionKey key, int epoch, Snapshot snapshot) {
        Versioned<PartDocument> part = snapshot.parts().get(key);
        return part != null
                && part.value().owner() == nodeId
                && part.value().epoch() == epoch
                && !part.value().released()
                && snapshot.topic(key.topicId()).isPresent();
    }

    private static boolean overtaken(PartitionKey key, int epoch, Snapshot snapshot) {
        Versioned<PartDocument> part = snapshot.parts().get(key);
        return part != null && part.value().epoch() > epoch;
    }

    private boolean wantedHere(PartitionKey key, Snapshot snapshot) {
        return snapshot.wanted(key).orElse(-1) == nodeId;
    }

    private Change change(PartitionKey key, int epoch) {
        return new Change(key, topics.get(key), epoch);
    }
}
