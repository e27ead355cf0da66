package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PlacementTest {
    @Test
    void placesNothingWhenNoNodeLives() {
        assertThat(Placement.place(List.of(), 3, new TreeMap<>(), Map.of())).isEmpty();
    }

    @Test
    void givesFirstPartitionToTheLeastLoadedNode() {
        assertThat(Placement.place(List.of(), 2, inOneZone(Set.of(1, 2, 3)), Map.of(1, 5, 2, 1, 3, 2)))
                .containsExactly(2, 3);
    }

    @Property(tries = 200)
    void staysEvenInEachTopicAndInAll(
            @ForAll @Size(min = 1, max = 7) Set<@IntRange(max = 50) Integer> live,
            @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 20) Integer> topics) {
        // given
        List<List<Integer>> assigned = new ArrayList<>();
        // when
        for (int partitions : topics) {
            List<Integer> owners = Placement.place(List.of(), partitions, inOneZone(live), Placement.count(assigned));
            assigned.add(owners);
            // then
            assertThat(owners).hasSize(partitions).isSubsetOf(live);
            assertThat(spread(live, List.of(owners))).isLessThanOrEqualTo(1);
            assertThat(spread(live, assigned)).isLessThanOrEqualTo(1);
        }
    }

    @Property(tries = 200)
    void neverMovesWhatIsPlaced(
            @ForAll @Size(min = 1, max = 5) Set<@IntRange(max = 9) Integer> live,
            @ForAll @Size(max = 20) List<@IntRange(max = 9) Integer> placed,
            @ForAll @IntRange(min = 1, max = 30) int partitions) {
        // when
        List<Integer> owners = Placement.place(placed, partitions, inOneZone(live), Placement.count(List.of(placed)));
        // then
        assertThat(owners.subList(0, placed.size())).isEqualTo(placed);
        assertThat(owners).hasSize(Math.max(partitions, placed.size()));
        assertThat(owners.subList(placed.size(), owners.size())).isSubsetOf(live);
    }

    private static SortedMap<Integer, String> inOneZone(Set<Integer> nodes) {
        SortedMap<Integer, String> zones = new TreeMap<>();
        nodes.forEach(node -> zones.put(node, ""));
        return zones;
    }

    private static int spread(Set<Integer> live, Collection<List<Integer>> assigned) {
        Map<Integer, Integer> counts = Placement.count(assigned);
        List<Integer> perNode =
                live.stream().map(node -> counts.getOrDefault(node, 0)).toList();
        return Collections.max(perNode) - Collections.min(perNode);
    }
}
