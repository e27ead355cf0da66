package io.barnabas.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Decides which node shall own a new partition; those already placed stay ({@link Rebalancing} moves them). It goes to
 * the zone with the fewest partitions of its topic for each node it has, there to the node with the fewest of its topic,
 * then with the fewest of all, then with the lowest id. So, over the same nodes of one zone, the counts differ by one at
 * most, in each topic and in all. Pure.
 */
final class Placement {
    private Placement() {}

    /**
     * Places the partitions of one topic.
     *
     * @param placed owners so far, in order of partition; may be shorter than {@code partitionCount}
     * @param takers nodes that can take partitions, each with its zone
     * @param totals partitions of all topics per node, this topic's included
     * @return owners of all partitions; {@code placed} unchanged when no node can take any
     */
    static List<Integer> place(
            List<Integer> placed, int partitionCount, SortedMap<Integer, String> takers, Map<Integer, Integer> totals) {
        if (takers.isEmpty() || placed.size() >= partitionCount) {
            return placed;
        }
        Spread topic = new Spread(takers);
        placed.forEach(topic::add);
        Map<Integer, Integer> inAll = new HashMap<>(totals);
        Comparator<Integer> best = order(topic, inAll);
        List<Integer> owners = new ArrayList<>(placed);
        while (owners.size() < partitionCount) {
            Integer next = takers.keySet().stream().min(best).orElseThrow();
            owners.add(next);
            topic.add(next);
            inAll.merge(next, 1, Integer::sum);
        }
        return List.copyOf(owners);
    }

    /** The node that should take the next partition of a topic comes first. */
    static Comparator<Integer> order(Spread topic, Map<Integer, Integer> inAll) {
        return topic.byZone()
                .thenComparingInt(topic::on)
                .thenComparingInt(node -> inAll.getOrDefault(node, 0))
                .thenComparingInt(node -> node);
    }

    /** Partitions per node over several topics. */
    static Map<Integer, Integer> count(Collection<List<Integer>> assignments) {
        Map<Integer, Integer> counts = new HashMap<>();
        assignments.forEach(owners -> owners.forEach(node -> counts.merge(node, 1, Integer::sum)));
        return counts;
    }

    /** How the partitions of one topic lie over nodes and zones. Mutable, confined to its decision. */
    static final class Spread {
        private final SortedMap<Integer, String> takers;
        private final Map<String, Integer> zoneSizes = new HashMap<>();
        private final Map<Integer, Integer> perNode = new HashMap<>();
        private final Map<String, Integer> perZone = new HashMap<>();

        Spread(SortedMap<Integer, String> takers) {
            this.takers = takers;
            takers.values().forEach(zone -> zoneSizes.merge(zone, 1, Integer::sum));
        }

        void add(int node) {
            change(node, 1);
        }

        void remove(int node) {
            change(node, -1);
        }

        int on(int node) {
            return perNode.getOrDefault(node, 0);
        }

        /** Whether a partition that goes from one node to the other leaves the zones no less even than they are. */
        boolean zonesAllow(int from, int to) {
            String left = takers.get(from);
            String joined = takers.get(to);
            return left.equals(joined)
                    || (long) (inZone(joined) + 1) * zoneSizes.get(left) <= (long) inZone(left) * zoneSizes.get(joined);
        }

        /** Zones with the fewest partitions for each of their nodes first; compared without rounding. */
        Comparator<Integer> byZone() {
            return (one, other) -> {
                String left = takers.get(one);
                String right = takers.get(other);
                return Long.compare(
                        (long) inZone(left) * zoneSizes.get(right), (long) inZone(right) * zoneSizes.get(left));
            };
        }

        private int inZone(String zone) {
            return perZone.getOrDefault(zone, 0);
        }

        private void change(int node, int by) {
            perNode.merge(node, by, Integer::sum);
            String zone = takers.get(node);
            if (zone != null) {
                perZone.merge(zone, by, Integer::sum);
            }
        }
    }
}
