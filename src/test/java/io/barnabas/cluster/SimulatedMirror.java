package io.barnabas.cluster;

import io.barnabas.cluster.Documents.ControllerDocument;
import io.barnabas.cluster.SimulatedZooKeeper.Document;
import io.barnabas.cluster.Snapshot.Registered;
import io.barnabas.cluster.Snapshot.Versioned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/** What a node of the simulation has fetched of ZooKeeper's documents so far, as {@link Mirror} shows it. */
final class SimulatedMirror {
    private final Map<String, Document> documents = new TreeMap<>();

    /** An assignment's document. */
    record Wanted(List<Integer> nodes) {}

    void clear() {
        documents.clear();
    }

    Set<String> paths() {
        return documents.keySet();
    }

    /** What was found at a path is all there is to it. */
    void fetched(String path, Optional<Document> found) {
        found.ifPresentOrElse(document -> documents.put(path, document), () -> documents.remove(path));
    }

    Snapshot snapshot() {
        SortedMap<Integer, Registered> nodes = new TreeMap<>();
        SortedMap<String, Versioned<Topic>> topics = new TreeMap<>();
        Map<UUID, Versioned<List<Integer>>> assignments = new HashMap<>();
        Map<PartitionKey, Versioned<PartDocument>> parts = new HashMap<>();
        OptionalInt controller = OptionalInt.empty();
        for (Map.Entry<String, Document> entry : documents.entrySet()) {
            String path = entry.getKey();
            Document found = entry.getValue();
            if (found.value() instanceof Registered node) {
                nodes.put(
                        Integer.valueOf(ZkPaths.leaf(path)),
                        new Registered(
                                node.url(),
                                node.session(),
                                node.zone(),
                                node.draining(),
                                node.run(),
                                node.storage(),
                                found.changeId()));
            } else if (found.value() instanceof Topic topic) {
                topics.put(topic.name(), new Versioned<>(topic, found.version()));
            } else if (found.value() instanceof PartDocument part) {
                parts.put(
                        new PartitionKey(UUID.fromString(ZkPaths.folderOf(path)), Integer.parseInt(ZkPaths.leaf(path))),
                        new Versioned<>(part, found.version()));
            } else if (found.value() instanceof Wanted wanted) {
                assignments.put(UUID.fromString(ZkPaths.leaf(path)), new Versioned<>(wanted.nodes(), found.version()));
            } else if (found.value() instanceof ControllerDocument leader) {
                controller = OptionalInt.of(leader.nodeId());
            }
        }
        return new Snapshot(nodes, controller, topics, assignments, parts, Map.of());
    }
}
