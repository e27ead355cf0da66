package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the leading node has to write in a given state: pure, so that it is the same wherever it is made. {@link
 * Controller} writes it.
 *
 * @param assignments in order of their topics' names
 * @param deletions deleted topics whose documents are to be removed or moved aside
 */
record ControllerPlan(List<Assignment> assignments, Set<UUID> deletions) {
    /**
     * Wanted owners that differ from those that are written.
     *
     * @param topic must still be as read
     * @param before what is written so far, if anything
     */
    record Assignment(Versioned<Topic> topic, Optional<Versioned<List<Integer>>> before, List<Integer> wanted) {}

    /**
     * Plans the next writes.
     *
     * @param awaited nodes that are away but expected back
     * @param moves at most so many partitions at a time are on their way from one live node to another; absent where
     *     logs stay with their nodes, for there nothing moves
     */
    static ControllerPlan of(Snapshot snapshot, Set<Integer> awaited, Optional<Integer> moves) {
        NodeRoles roles = NodeRoles.of(snapshot.nodes());
        SortedMap<UUID, List<Integer>> wanted = new TreeMap<>();
        Map<UUID, Integer> fresh = new HashMap<>();
        place(snapshot, roles.takers(), wanted, fresh);
        Map<UUID, List<Integer>> next = wanted;
        if (moves.isPresent()) {
            int budget = moves.get() - snapshot.onTheirWay();
            next = Rebalancing.next(wanted, fresh, roles, awaited, budget);
        }
        return new ControllerPlan(different(snapshot, next), snapshot.deletionsToDo());
    }

    boolean empty() {
        return assignments.isEmpty() && deletions.isEmpty();
    }

    private static void place(
            Snapshot snapshot,
            SortedMap<Integer, String> takers,
            Map<UUID, List<Integer>> wanted,
            Map<UUID, Integer> fresh) {
        Map<Integer, Integer> totals = Placement.count(
                snapshot.assignments().values().stream().map(Versioned::value).toList());
        for (Versioned<Topic> topic : snapshot.topics().values()) {
            UUID id = topic.value().id();
            List<Integer> placed = snapshot.assigned(id);
            List<Integer> all = Placement.place(placed, topic.value().partitionCount(), takers, totals);
            all.subList(placed.size(), all.size()).forEach(node -> totals.merge(node, 1, Integer::sum));
            wanted.put(id, all);
            fresh.put(id, placed.size());
        }
    }

    private static List<Assignment> different(Snapshot snapshot, Map<UUID, List<Integer>> next) {
        List<Assignment> found = new ArrayList<>();
        for (Versioned<Topic> topic : snapshot.topics().values()) {
            UUID id = topic.value().id();
            List<Integer> wanted = next.get(id);
            if (!wanted.equals(snapshot.assigned(id))) {
                found.add(new Assignment(
                        topic, Optional.ofNullable(snapshot.assignments().get(id)), List.copyOf(wanted)));
            }
        }
        return found;
    }
}
