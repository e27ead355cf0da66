package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which partitions this node holds, and which it should claim. Pure: it decides and remembers, {@link Claims} acts.
 * Confined to the event thread.
 *
 * <pre>
 * unheld -- wanted here, claim written --> claimed -- seen in ZooKeeper --> held
 * held, claimed -- other owner, higher epoch, not wanted, topic gone, session lost --> unheld
 * </pre>
 *
 * A claim that was made in an earlier session does not count: each session claims anew, under a higher epoch.
 */
final class Holdings {
    private final int nodeId;
    private final Map<PartitionKey, Integer> held = new HashMap<>();
    private final Map<PartitionKey, Integer> claimed = new HashMap<>();
    private final Map<PartitionKey, Topic> topics = new HashMap<>();

    Holdings(int nodeId) {
        this.nodeId = nodeId;
    }

    /** A partition that came or went. */
    record Change(Topic topic, int partition, int epoch) {}

    /** What a new state changed. */
    record Outcome(List<Change> disowned, List<Change> owned) {}

    /** Epochs of what this node holds. */
    Map<PartitionKey, Integer> held() {
        return held;
    }

    /** Remembers a claim that ZooKeeper has taken. */
    void claimed(PartitionKey key, int epoch) {
        claimed.put(key, epoch);
    }

    /** Takes a new state in. */
    Outcome reconcile(Snapshot snapshot) {
        List<Change> disowned = new ArrayList<>();
        for (Iterator<Map.Entry<PartitionKey, Integer>> all = held.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<PartitionKey, Integer> holding = all.next();
            if (!stillHeld(holding.getKey(), holding.getValue(), snapshot)) {
                all.remove();
                disowned.add(change(holding.getKey(), holding.getValue()));
            }
        }
        List<Change> owned = new ArrayList<>();
        for (Iterator<Map.Entry<PartitionKey, Integer>> all = claimed.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<PartitionKey, Integer> claim = all.next();
            Optional<Topic> topic = snapshot.topic(claim.getKey().topicId());
            boolean seen = snapshot.owner(claim.getKey()).equals(Optional.of(new Ownership(nodeId, claim.getValue())));
            if (seen && topic.isPresent() && wantedHere(claim.getKey(), snapshot)) {
                held.put(claim.getKey(), claim.getValue());
                topics.put(claim.getKey(), topic.get());
                owned.add(change(claim.getKey(), claim.getValue()));
                all.remove();
            } else if (overtaken(claim.getKey(), claim.getValue(), snapshot) || topic.isEmpty()) {
                all.remove();
            }
        }
        topics.keySet().retainAll(held.keySet());
        return new Outcome(disowned, owned);
    }

    /** The session is over: nothing is held or claimed any more. */
    List<Change> release() {
        List<Change> released = new ArrayList<>();
        held.forEach((key, epoch) -> released.add(change(key, epoch)));
        held.clear();
        claimed.clear();
        topics.clear();
        return released;
    }

    /** Partitions to claim now, except those being claimed. */
    Deque<PartitionKey> claimable(Snapshot snapshot, Set<PartitionKey> beingClaimed) {
        Deque<PartitionKey> found = new ArrayDeque<>();
        for (Versioned<Topic> topic : snapshot.topics().values()) {
            for (int p = 0; p < topic.value().partitionCount(); p++) {
                PartitionKey key = new PartitionKey(topic.value().id(), p);
                if (wantedHere(key, snapshot)
                        && !held.containsKey(key)
                        && !claimed.containsKey(key)
                        && !beingClaimed.contains(key)) {
                    found.add(key);
                }
            }
        }
        return found;
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

    private boolean stillHeld(PartitionKey key, int epoch, Snapshot snapshot) {
        Versioned<PartDocument> part = snapshot.parts().get(key);
        return part != null
                && part.value().owner() == nodeId
                && part.value().epoch() == epoch
                && wantedHere(key, snapshot)
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
        return new Change(topics.get(key), key.partition(), epoch);
    }
}
