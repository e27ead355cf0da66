package io.barnabas.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * Decides which node shall own each partition. A partition once placed stays, even while its node is away, because that
 * node holds its files. A new one goes to the live node with the fewest partitions of its topic, then with the fewest
 * of all, then with the lowest id. So, over the same nodes, the counts differ by one at most, in each topic and in all.
 */
final class Placement {
    private Placement() {}

    /**
     * Places the partitions of one topic.
     *
     * @param placed owners so far, in order of partition; may be shorter than {@code partitionCount}
     * @param live nodes that can take partitions
     * @param totals partitions of all topics per node, this topic's included
     * @return owners of all partitions; {@code placed} unchanged when no node lives
     */
    static List<Integer> place(
            List<Integer> placed, int partitionCount, SortedSet<Integer> live, Map<Integer, Integer> totals) {
        if (live.isEmpty() || placed.size() >= partitionCount) {
            return placed;
        }
        Map<Integer, Integer> inTopic = count(List.of(placed));
        Map<Integer, Integer> inAll = new HashMap<>(totals);
        Comparator<Integer> byLoad = Comparator.<Integer>comparingInt(node -> inTopic.getOrDefault(node, 0))
                .thenComparingInt(node -> inAll.getOrDefault(node, 0))
                .thenComparingInt(node -> node);
        List<Integer> owners = new ArrayList<>(placed);
        while (owners.size() < partitionCount) {
            Integer next = live.stream().min(byLoad).orElseThrow();
            owners.add(next);
            inTopic.merge(next, 1, Integer::sum);
            inAll.merge(next, 1, Integer::sum);
        }
        return List.copyOf(owners);
    }

    /** Partitions per node over several topics. */
    static Map<Integer, Integer> count(Collection<List<Integer>> assignments) {
        Map<Integer, Integer> counts = new HashMap<>();
        assignments.forEach(owners -> owners.forEach(node -> counts.merge(node, 1, Integer::sum)));
        return counts;
    }
}
