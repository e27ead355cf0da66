package io.barnabas.cluster;

import io.barnabas.record.TopicPartition;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * All documents as this node last saw them, with the versions that compare and set needs. Immutable.
 *
 * @param deletions deleted topics that are still noted, and of each the partitions in which the log engine has something
 *     left to delete
 */
record Snapshot(
        SortedMap<Integer, Registered> nodes,
        OptionalInt controllerId,
        SortedMap<String, Versioned<Topic>> topics,
        Map<UUID, Versioned<List<Integer>>> assignments,
        Map<PartitionKey, Versioned<PartDocument>> parts,
        Map<UUID, Set<Integer>> deletions) {

    /** A document and its ZooKeeper version. */
    record Versioned<T>(T value, int version) {}

    /**
     * A live node and the session that keeps it registered.
     *
     * @param changeId of the last change of its registration; grows with every change in the cluster
     */
    record Registered(
            URI url, long session, String zone, boolean draining, String run, StorageReport storage, long changeId) {}

    /** Wanted owners of a topic as they are written; none when nothing is. */
    List<Integer> assigned(UUID topicId) {
        Versioned<List<Integer>> assignment = assignments.get(topicId);
        return assignment == null ? List.of() : assignment.value();
    }

    /** Whether a node other than this one can take partitions. */
    boolean othersTake(int nodeId) {
        return nodes.entrySet().stream()
                .anyMatch(node -> node.getKey() != nodeId && !node.getValue().draining());
    }

    /** Whether every partition is wanted elsewhere, and has an owner if the node it is wanted on lives. */
    boolean servedByOthers(int nodeId) {
        return onTheirWay() == 0
                && assignments.values().stream()
                        .noneMatch(assignment -> assignment.value().contains(nodeId));
    }

    /** How many partitions a live node shall own and does not own yet. */
    int onTheirWay() {
        int found = 0;
        for (Versioned<Topic> topic : topics.values()) {
            List<Integer> wanted = assigned(topic.value().id());
            for (int p = 0; p < wanted.size(); p++) {
                int node = wanted.get(p);
                Optional<Ownership> owner = owner(new PartitionKey(topic.value().id(), p));
                if (nodes.containsKey(node) && (owner.isEmpty() || owner.get().nodeId() != node)) {
                    found++;
                }
            }
        }
        return found;
    }

    Optional<Topic> topic(UUID id) {
        return topics.values().stream()
                .map(Versioned::value)
                .filter(topic -> topic.id().equals(id))
                .findFirst();
    }

    /** Deleted topics of which the controller has something left to remove or to move aside. */
    Set<UUID> deletionsToDo() {
        Set<UUID> found = new TreeSet<>();
        deletions.forEach((id, remaining) -> {
            boolean documents = assignments.containsKey(id)
                    || parts.keySet().stream().anyMatch(key -> key.topicId().equals(id));
            if (documents || remaining.isEmpty()) {
                found.add(id);
            }
        });
        return found;
    }

    /** Partitions of deleted topics in which the log engine has something left to delete. */
    Set<PartitionKey> remains() {
        Set<PartitionKey> found = new HashSet<>();
        deletions.forEach((id, remaining) -> remaining.forEach(p -> found.add(new PartitionKey(id, p))));
        return found;
    }

    /** The node that shall own the partition; empty while the controller has not said so. */
    OptionalInt wanted(PartitionKey key) {
        Versioned<List<Integer>> assignment = assignments.get(key.topicId());
        return assignment == null || assignment.value().size() <= key.partition()
                ? OptionalInt.empty()
                : OptionalInt.of(assignment.value().get(key.partition()));
    }

    /** The owner, when it is alive, claimed under the session it has now and has not released the partition. */
    Optional<Ownership> owner(PartitionKey key) {
        Versioned<PartDocument> part = parts.get(key);
        if (part == null || part.value().released()) {
            return Optional.empty();
        }
        Registered node = nodes.get(part.value().owner());
        return node != null && node.session() == part.value().session()
                ? Optional.of(new Ownership(part.value().owner(), part.value().epoch()))
                : Optional.empty();
    }

    /** The view that others see of it; what this node owns is what it holds, not what a document still says. */
    ClusterView view(String clusterId, int thisNodeId, Map<PartitionKey, Integer> held) {
        SortedMap<Integer, Node> live = new TreeMap<>();
        nodes.forEach((id, node) -> live.put(
                id,
                new Node(
                        id,
                        node.url(),
                        node.zone(),
                        node.draining(),
                        node.run(),
                        node.storage().state())));
        SortedMap<String, Topic> named = new TreeMap<>();
        Map<TopicPartition, Ownership> owners = new HashMap<>();
        Map<TopicPartition, Integer> wanted = new HashMap<>();
        topics.forEach((name, versioned) -> {
            Topic topic = versioned.value();
            named.put(name, topic);
            for (int p = 0; p < topic.partitionCount(); p++) {
                PartitionKey key = new PartitionKey(topic.id(), p);
                TopicPartition partition = new TopicPartition(name, p);
                wanted(key).ifPresent(node -> wanted.put(partition, node));
                owner(key)
                        .filter(owner -> owner.nodeId() != thisNodeId || held.getOrDefault(key, 0) == owner.epoch())
                        .ifPresent(owner -> owners.put(partition, owner));
            }
        });
        OptionalInt leader = controllerId.isPresent() && nodes.containsKey(controllerId.getAsInt())
                ? controllerId
                : OptionalInt.empty();
        return new ClusterView(clusterId, thisNodeId, live, leader, named, owners, wanted);
    }
}
