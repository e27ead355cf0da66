package io.barnabas.cluster;

import static io.barnabas.cluster.StorageState.ABLE;
import static io.barnabas.cluster.StorageState.IMPAIRED;
import static io.barnabas.cluster.StorageState.RECOVERING;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.cluster.Snapshot.Registered;
import java.net.URI;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeRolesTest {
    private static final long BEFORE = 5;
    private static final long IMPAIRED_AT = 7;
    private static final long SINCE = 8;

    private final SortedMap<Integer, Registered> nodes = new TreeMap<>();

    @Test
    void everyNodeTakesWhileAllStore() {
        // given
        node(1, ABLE, 0, 3).node(2, ABLE, 0, 4);
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(1, 2), Set.of(), Set.of(), true));
    }

    @Test
    void anImpairedNodeGivesToThoseThatHaveStoredSince() {
        // given: 2 has tried since, 3 before, 4 stores again for a while
        node(1, IMPAIRED, 0, IMPAIRED_AT)
                .node(2, ABLE, SINCE, 9)
                .node(3, ABLE, BEFORE, 9)
                .node(4, RECOVERING, SINCE, 9);
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(2), Set.of(1), Set.of(3, 4), true));
    }

    @Test
    void nothingMovesFromAnImpairedNodeBeforeAnotherHasStored() {
        // given
        node(1, IMPAIRED, 0, IMPAIRED_AT).node(2, ABLE, 0, 1).node(3, ABLE, BEFORE, 6);
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(2, 3), Set.of(), Set.of(1), false));
    }

    @Test
    void aProofCountsForEveryNodeThatBecameImpairedBefore() {
        // given: the proof is of a time between the two
        node(1, IMPAIRED, 0, IMPAIRED_AT).node(2, IMPAIRED, 0, 9).node(3, ABLE, SINCE, 8);
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(3), Set.of(), Set.of(1, 2), false));
    }

    @Test
    void everyNodeKeepsWhatItHasWhenAllAreImpaired() {
        // given
        node(1, IMPAIRED, 0, IMPAIRED_AT).node(2, IMPAIRED, BEFORE, 8);
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(1, 2), Set.of(), Set.of(), false));
    }

    @Test
    void theFirstThatStoresAgainAfterAllCouldNotTakesOnlyWhatHasNoNode() {
        // given
        node(1, IMPAIRED, 0, IMPAIRED_AT).node(2, RECOVERING, SINCE, 8);
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(2), Set.of(), Set.of(1), false));
    }

    @Test
    void aNodeThatLeavesGivesWhatItHasAndItsImpairmentAsksForNoProof() {
        // given
        node(1, IMPAIRED, 0, IMPAIRED_AT).node(2, ABLE, 0, 3);
        Registered first = nodes.get(1);
        nodes.put(1, new Registered(first.url(), 1, "", true, "", first.storage(), first.changeId()));
        // then
        assertThat(NodeRoles.of(nodes)).isEqualTo(roles(Set.of(2), Set.of(1), Set.of(), true));
    }

    private NodeRolesTest node(int id, StorageState state, long proof, long changeId) {
        nodes.put(
                id,
                new Registered(
                        URI.create("http://node-" + id), id, "", false, "", new StorageReport(state, proof), changeId));
        return this;
    }

    private static NodeRoles roles(Set<Integer> takers, Set<Integer> leaving, Set<Integer> keeping, boolean evens) {
        SortedMap<Integer, String> zones = new TreeMap<>();
        takers.forEach(id -> zones.put(id, ""));
        return new NodeRoles(zones, leaving, keeping, evens);
    }
}
