package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RebalancingTest {
    private static final int UNBOUNDED = 1_000_000;

    @Test
    void givesANodeThatJoinsItsShareOfEachTopicAndMovesNothingElse() {
        // given
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 2, 1, 2, 1, 2), List.of(1, 2, 1, 2, 1, 2)));
        // when
        Map<UUID, List<Integer>> after = next(before, zones(1, 2, 3), Set.of(), Set.of(), UNBOUNDED);
        // then
        assertThat(moves(before, after)).isEqualTo(4);
        assertThat(after.values())
                .allSatisfy(nodes -> assertThat(Placement.count(List.of(nodes))).isEqualTo(Map.of(1, 2, 2, 2, 3, 2)));
    }

    @Test
    void waitsForANodeThatIsExpectedBack() {
        // given
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 2, 3, 1, 2, 3)));
        // when
        Map<UUID, List<Integer>> after = next(before, zones(1, 2), Set.of(), Set.of(3), UNBOUNDED);
        // then
        assertThat(after).isEqualTo(before);
    }

    @Test
    void movesAllOfALostNodeAtOnceButAFewOfALeavingOne() {
        // given
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 2, 3, 1, 2, 3, 1, 2, 3)));
        // when
        Map<UUID, List<Integer>> after = next(before, zones(1), Set.of(2), Set.of(), 2);
        // then
        assertThat(Placement.count(after.values())).isEqualTo(Map.of(1, 8, 2, 1));
    }

    @Test
    void leavesANodeThatKeepsWhatItHasAsItIs() {
        // given
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 2, 3, 1, 3, 3, 3, 4)));
        NodeRoles roles = new NodeRoles(zones(1, 2), Set.of(4), Set.of(3), true);
        // when
        Map<UUID, List<Integer>> after = Rebalancing.next(before, Map.of(), roles, Set.of(), UNBOUNDED);
        // then
        assertThat(Placement.count(after.values())).isEqualTo(Map.of(1, 2, 2, 2, 3, 4));
    }

    @Test
    void movesOnlyWhatHasToMoveWhileNothingIsToBeMadeEven() {
        // given: node 3 leaves and node 5 is gone
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 1, 1, 1, 1, 3, 5, 2)));
        NodeRoles roles = new NodeRoles(zones(1, 2), Set.of(3), Set.of(), false);
        // when
        Map<UUID, List<Integer>> after = Rebalancing.next(before, Map.of(), roles, Set.of(), UNBOUNDED);
        // then
        assertThat(moves(before, after)).isEqualTo(2);
        assertThat(Placement.count(after.values())).isEqualTo(Map.of(1, 5, 2, 3));
    }

    @Test
    void settlesWhatHasToMoveWhereItCanStayThoughNothingElseMayMove() {
        // given: node 0 is full, nodes 3 and 4 have one each, node 5 leaves
        SortedMap<UUID, List<Integer>> before =
                topics(List.of(List.of(0), List.of(0, 0, 1, 1), List.of(0, 2, 3, 4, 5)));
        SortedMap<Integer, String> takers = zones(0, 1, 2, 3, 4);
        // when
        Map<UUID, List<Integer>> after = next(before, takers, Set.of(5), Set.of(), 1);
        // then
        assertThat(after.get(new UUID(0, 2)).get(4)).isIn(2, 3, 4);
        assertThat(moves(before, after)).isEqualTo(1);
    }

    @Test
    void leavesEverythingWhereItIsWhenNoNodeCanTakeAnything() {
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 2)));
        assertThat(next(before, zones(), Set.of(1), Set.of(), UNBOUNDED)).isEqualTo(before);
    }

    @Test
    void spreadsATopicOverZonesWhenOneOfThemIsLost() {
        // given: nodes 1 and 2 in zone a, 3 and 4 in zone b, 5 and 6 in zone c, which is lost
        SortedMap<Integer, String> takers = new TreeMap<>(Map.of(1, "a", 2, "a", 3, "b", 4, "b"));
        SortedMap<UUID, List<Integer>> before = topics(List.of(List.of(1, 3, 5, 2, 4, 6), List.of(1, 3, 5, 2, 4, 6)));
        // when
        Map<UUID, List<Integer>> after = next(before, takers, Set.of(), Set.of(), UNBOUNDED);
        // then
        assertThat(after.values())
                .allSatisfy(
                        nodes -> assertThat(nodes).filteredOn(node -> node <= 2).hasSize(3));
        assertThat(Placement.count(after.values())).isEqualTo(Map.of(1, 3, 2, 3, 3, 3, 4, 3));
    }

    @Property(tries = 500)
    void endsEvenWithTheFewestMovesThatCanMakeItSo(
            @ForAll @Size(min = 1, max = 6) Set<@IntRange(max = 9) Integer> live,
            @ForAll @Size(min = 1, max = 6) List<@Size(min = 1, max = 12) List<@IntRange(max = 9) Integer>> assigned,
            @ForAll @Size(max = 2) Set<@IntRange(max = 9) Integer> awaited) {
        // given
        SortedMap<UUID, List<Integer>> before = topics(assigned);
        SortedMap<Integer, String> takers = zones(live);
        // when
        Map<UUID, List<Integer>> after = next(before, takers, Set.of(), awaited, UNBOUNDED);
        // then
        assertThat(spread(live, after)).isLessThanOrEqualTo(1);
        assertThat(moves(before, after)).isEqualTo(fewest(live, awaited, before));
        assertThat(next(new TreeMap<>(after), takers, Set.of(), awaited, UNBOUNDED))
                .as("once balanced it stays")
                .isEqualTo(after);
    }

    @Property(tries = 500)
    void movesNoMoreWhenItMayMoveOnlyAFewAtATime(
            @ForAll @Size(min = 1, max = 5) Set<@IntRange(max = 7) Integer> live,
            @ForAll @Size(min = 1, max = 4) List<@Size(min = 1, max = 12) List<@IntRange(max = 7) Integer>> assigned,
            @ForAll @IntRange(min = 1, max = 4) int budget) {
        // given
        SortedMap<UUID, List<Integer>> before = topics(assigned);
        SortedMap<Integer, String> takers = zones(live);
        Set<Integer> leaving = new TreeSet<>(Set.of(0, 1, 2, 3, 4, 5, 6, 7));
        leaving.removeAll(live);
        // when
        int total = 0;
        SortedMap<UUID, List<Integer>> now = before;
        for (int step = 0; step < 100; step++) {
            SortedMap<UUID, List<Integer>> then = new TreeMap<>(next(now, takers, leaving, Set.of(), budget));
            assertThat(moves(now, then)).isLessThanOrEqualTo(budget);
            total += moves(now, then);
            if (then.equals(now)) {
                break;
            }
            now = then;
        }
        // then
        assertThat(spread(live, now)).isLessThanOrEqualTo(1);
        assertThat(total).isEqualTo(fewest(live, Set.of(), before));
    }

    @Property(tries = 300)
    void keepsZonesOfEqualSizeEvenInEachNewTopic(
            @ForAll @IntRange(min = 1, max = 3) int zoneCount,
            @ForAll @IntRange(min = 1, max = 3) int zoneSize,
            @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 12) Integer> counts) {
        // given
        SortedMap<Integer, String> takers = new TreeMap<>();
        for (int node = 0; node < zoneCount * zoneSize; node++) {
            takers.put(node, "zone-" + node % zoneCount);
        }
        // when
        SortedMap<UUID, List<Integer>> now = new TreeMap<>();
        for (int count : counts) {
            UUID id = new UUID(0, now.size());
            Map<Integer, Integer> totals = Placement.count(now.values());
            now.put(id, Placement.place(List.of(), count, takers, totals));
            now = new TreeMap<>(Rebalancing.next(now, Map.of(id, 0), roles(takers, Set.of()), Set.of(), UNBOUNDED));
            // then
            Map<String, Integer> perZone = new HashMap<>();
            takers.values().forEach(zone -> perZone.put(zone, 0));
            now.get(id).forEach(node -> perZone.merge(takers.get(node), 1, Integer::sum));
            assertThat(Collections.max(perZone.values()) - Collections.min(perZone.values()))
                    .isLessThanOrEqualTo(1);
            assertThat(spread(takers.keySet(), now)).isLessThanOrEqualTo(2);
        }
    }

    /** Homeless partitions, and what each node has above its share when the largest shares go to the fullest nodes. */
    private static int fewest(Set<Integer> live, Set<Integer> awaited, Map<UUID, List<Integer>> before) {
        Map<Integer, Integer> kept = new TreeMap<>();
        live.forEach(node -> kept.put(node, 0));
        int homeless = 0;
        for (List<Integer> nodes : before.values()) {
            for (int node : nodes) {
                if (live.contains(node)) {
                    kept.merge(node, 1, Integer::sum);
                } else if (!awaited.contains(node)) {
                    homeless++;
                }
            }
        }
        int total =
                homeless + kept.values().stream().mapToInt(Integer::intValue).sum();
        List<Integer> loads = new ArrayList<>(kept.values());
        loads.sort(Comparator.reverseOrder());
        int moves = homeless;
        for (int i = 0; i < loads.size(); i++) {
            int share = total / loads.size() + (i < total % loads.size() ? 1 : 0);
            moves += Math.max(0, loads.get(i) - share);
        }
        return moves;
    }

    private static Map<UUID, List<Integer>> next(
            SortedMap<UUID, List<Integer>> before,
            SortedMap<Integer, String> takers,
            Set<Integer> leaving,
            Set<Integer> awaited,
            int budget) {
        return Rebalancing.next(before, Map.of(), roles(takers, leaving), awaited, budget);
    }

    private static NodeRoles roles(SortedMap<Integer, String> takers, Set<Integer> leaving) {
        return new NodeRoles(takers, leaving, Set.of(), true);
    }

    private static SortedMap<UUID, List<Integer>> topics(List<List<Integer>> assigned) {
        SortedMap<UUID, List<Integer>> topics = new TreeMap<>();
        assigned.forEach(nodes -> topics.put(new UUID(0, topics.size()), List.copyOf(nodes)));
        return topics;
    }

    private static SortedMap<Integer, String> zones(Integer... nodes) {
        return zones(Set.of(nodes));
    }

    private static SortedMap<Integer, String> zones(Set<Integer> nodes) {
        SortedMap<Integer, String> zones = new TreeMap<>();
        nodes.forEach(node -> zones.put(node, ""));
        return zones;
    }

    private static int moves(Map<UUID, List<Integer>> before, Map<UUID, List<Integer>> after) {
        int moves = 0;
        for (Map.Entry<UUID, List<Integer>> topic : before.entrySet()) {
            for (int p = 0; p < topic.getValue().size(); p++) {
                moves +=
                        topic.getValue().get(p).equals(after.get(topic.getKey()).get(p)) ? 0 : 1;
            }
        }
        return moves;
    }

    private static int spread(Set<Integer> live, Map<UUID, List<Integer>> assigned) {
        Map<Integer, Integer> counts = Placement.count(assigned.values());
        List<Integer> perNode =
                live.stream().map(node -> counts.getOrDefault(node, 0)).toList();
        return Collections.max(perNode) - Collections.min(perNode);
    }
}
