package io.barnabas.cluster;

import io.barnabas.cluster.Placement.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Decides which partitions move to another node, where any node can open any log. Pure; one object is one decision.
 *
 * <pre>
 * its node is gone            moves now, for it is offline
 * its node is leaving         moves, so many at a time
 * its node keeps what it has  stays, also when others have less
 * its node has two more than another, or more    one of its partitions moves there, so many at a time
 * </pre>
 *
 * When all is done the counts of the nodes differ by one at most (by two where zones would become less even), no
 * sequence of moves reaches that with fewer, and a cluster that is like that already stays as it is.
 */
final class Rebalancing {
    private final NodeRoles roles;
    private final SortedMap<Integer, String> takers;
    private final int budget;

    private final Map<UUID, List<Integer>> before;
    private final Map<UUID, List<Integer>> after = new TreeMap<>();
    private final Map<UUID, Spread> spreads = new HashMap<>();
    private final Map<Integer, Integer> totals = new HashMap<>();

    /** Per node and topic, its partitions that stay there unless they have to move. */
    private final Map<Integer, SortedMap<UUID, SortedSet<Integer>>> kept = new HashMap<>();

    /** The same of partitions that have to move or are new anyway: another node for them costs nothing. */
    private final Map<Integer, SortedMap<UUID, SortedSet<Integer>>> free = new HashMap<>();

    private int planned;

    private Rebalancing(SortedMap<UUID, List<Integer>> before, NodeRoles roles, int budget) {
        this.before = before;
        this.roles = roles;
        this.takers = roles.takers();
        this.budget = budget;
        before.forEach((topic, nodes) -> {
            after.put(topic, new ArrayList<>(nodes));
            spreads.put(topic, new Spread(takers));
        });
    }

    /** One partition of a topic. */
    private record Move(UUID topic, int partition, int to) {}

    /**
     * The wanted owners after the next moves.
     *
     * @param before wanted owners by topic, in order of partition
     * @param fresh per topic, from which partition on they were placed just now: where these go costs nothing
     * @param roles which node takes, keeps or gives up
     * @param awaited nodes that are away but are expected back: what they have stays theirs
     * @param budget at most so many moves of partitions whose node lives
     */
    static Map<UUID, List<Integer>> next(
            SortedMap<UUID, List<Integer>> before,
            Map<UUID, Integer> fresh,
            NodeRoles roles,
            Set<Integer> awaited,
            int budget) {
        if (roles.takers().isEmpty()) {
            return before;
        }
        Rebalancing decision = new Rebalancing(before, roles, budget);
        List<PartitionKey> homeless = decision.sort(fresh, awaited);
        homeless.forEach(decision::settle);
        decision.balance();
        return decision.after;
    }

    private List<PartitionKey> sort(Map<UUID, Integer> fresh, Set<Integer> awaited) {
        List<PartitionKey> gone = new ArrayList<>();
        List<PartitionKey> left = new ArrayList<>();
        before.forEach((topic, nodes) -> {
            for (int p = 0; p < nodes.size(); p++) {
                int node = nodes.get(p);
                if (takers.containsKey(node)) {
                    boolean isFree = p >= fresh.getOrDefault(topic, Integer.MAX_VALUE);
                    put(isFree ? free : kept, node, topic, p);
                } else if (roles.leaving().contains(node)) {
                    left.add(new PartitionKey(topic, p));
                } else if (!awaited.contains(node) && !roles.keeping().contains(node)) {
                    gone.add(new PartitionKey(topic, p));
                }
            }
        });
        int moving = Math.min(left.size(), Math.max(0, budget));
        planned = roles.evens() ? left.size() : Integer.MAX_VALUE;
        gone.addAll(left.subList(0, moving));
        return gone;
    }

    /** Gives a partition without a home to the node that should have it. */
    private void settle(PartitionKey key) {
        Comparator<Integer> best = Placement.order(spreads.get(key.topicId()), totals);
        int node = takers.keySet().stream().min(best).orElseThrow();
        put(free, node, key.topicId(), key.partition());
        after.get(key.topicId()).set(key.partition(), node);
    }

    /** When the budget is spent, what has to move anyway still goes to where it will not have to move from again. */
    private void balance() {
        while (true) {
            boolean spent = planned >= budget;
            Optional<Integer> full = takers.keySet().stream()
                    .filter(node -> !spent || hasFree(node))
                    .min(fullest());
            Move move = full.isEmpty() ? null : bestFrom(full.get());
            if (move == null) {
                return;
            }
            boolean costs = !take(free, full.get(), move);
            if (costs) {
                if (spent) {
                    return;
                }
                planned++;
                take(kept, full.get(), move);
            }
            spreads.get(move.topic).remove(full.get());
            totals.merge(full.get(), -1, Integer::sum);
            put(costs ? kept : free, move.to, move.topic, move.partition);
            after.get(move.topic).set(move.partition, move.to);
        }
    }

    private boolean hasFree(int node) {
        return !free.getOrDefault(node, new TreeMap<>()).isEmpty();
    }

    /** Among the fullest first one that has something whose move costs nothing. */
    private Comparator<Integer> fullest() {
        return Comparator.<Integer>comparingInt(node -> -total(node))
                .thenComparing(node -> !hasFree(node))
                .thenComparingInt(node -> node);
    }

    /** The move that makes the topic that it is of most even; null when counts are even enough. */
    private Move bestFrom(int full) {
        int least = takers.keySet().stream().mapToInt(this::total).min().orElseThrow();
        int surplus = total(full) - least;
        if (surplus < 2) {
            return null;
        }
        SortedMap<UUID, SortedSet<Integer>> candidates = free.getOrDefault(full, new TreeMap<>());
        Move found = candidates.isEmpty() ? null : best(candidates, full, least, surplus);
        return found != null ? found : best(kept.getOrDefault(full, new TreeMap<>()), full, least, surplus);
    }

    private Move best(SortedMap<UUID, SortedSet<Integer>> candidates, int full, int least, int surplus) {
        Move best = null;
        long bestGain = Long.MIN_VALUE;
        for (int node : takers.keySet()) {
            if (total(node) > least) {
                continue;
            }
            for (Map.Entry<UUID, SortedSet<Integer>> topic : candidates.entrySet()) {
                Spread spread = spreads.get(topic.getKey());
                boolean zones = spread.zonesAllow(full, node);
                long gain = spread.on(full) - spread.on(node) + (zones ? Integer.MAX_VALUE : 0L);
                if ((zones || surplus > 2) && gain > bestGain) {
                    bestGain = gain;
                    best = new Move(topic.getKey(), topic.getValue().first(), node);
                }
            }
        }
        return best;
    }

    private int total(int node) {
        return totals.getOrDefault(node, 0);
    }

    private void put(Map<Integer, SortedMap<UUID, SortedSet<Integer>>> where, int node, UUID topic, int partition) {
        where.computeIfAbsent(node, absent -> new TreeMap<>())
                .computeIfAbsent(topic, absent -> new TreeSet<>())
                .add(partition);
        spreads.get(topic).add(node);
        totals.merge(node, 1, Integer::sum);
    }

    /** Whether it was there. */
    private static boolean take(Map<Integer, SortedMap<UUID, SortedSet<Integer>>> from, int node, Move move) {
        SortedMap<UUID, SortedSet<Integer>> topics = from.getOrDefault(node, new TreeMap<>());
        SortedSet<Integer> partitions = topics.get(move.topic);
        boolean there = partitions != null && partitions.remove(move.partition);
        if (there && partitions.isEmpty()) {
            topics.remove(move.topic);
        }
        return there;
    }
}
