package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.cluster.Snapshot.Versioned;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private static final int NODE = 1;
    private static final long SESSION = 7;

    private final Topic early = topic("A-topic", 3);
    private final Topic journal = topic("__barnabas_groups", 2);
    private final Topic late = topic("orders", 1);

    private static Topic topic(String name, int partitionCount) {
        return new Topic(name, UUID.randomUUID(), partitionCount, Map.of());
    }

    private static Snapshot allWantedHere(Topic... topics) {
        TreeMap<String, Versioned<Topic>> byName = new TreeMap<>();
        Map<UUID, Versioned<List<Integer>>> assignments = new TreeMap<>();
        for (Topic topic : topics) {
            byName.put(topic.name(), new Versioned<>(topic, 0));
            assignments.put(topic.id(), new Versioned<>(Collections.nCopies(topic.partitionCount(), NODE), 0));
        }
        Map<PartitionKey, Versioned<PartDocument>> parts = new HashMap<>();
        for (Topic topic : topics) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                PartDocument part = new Documents().unclaimedPart().claimedBy(NODE, SESSION);
                parts.put(new PartitionKey(topic.id(), p), new Versioned<>(part, 0));
            }
        }
        TreeMap<Integer, Snapshot.Registered> nodes = new TreeMap<>();
        nodes.put(
                NODE,
                new Snapshot.Registered(
                        URI.create("http://127.0.0.1"), SESSION, "", false, "run", StorageReport.UNTRIED, 1));
        return new Snapshot(nodes, OptionalInt.empty(), byName, assignments, parts, Map.of());
    }

    @Test
    void opensTheJournalOfGroupsBeforeEverythingElse() {
        // given
        Topic wide = topic("A-topic", 500);
        Holdings holdings = new Holdings(NODE, 1_000);
        Snapshot snapshot = allWantedHere(wide, journal);
        snapshot.parts().keySet().forEach(key -> holdings.claimed(key, 1));
        // when
        List<Holdings.Change> owned = holdings.reconcile(snapshot).owned();
        // then
        assertThat(owned).hasSize(502);
        assertThat(owned.subList(0, 2)).allMatch(change -> change.topic().equals(journal));
    }

    @Test
    void claimsTheJournalOfGroupsBeforeEverythingElse() {
        // given
        Holdings holdings = new Holdings(NODE, 1_000);
        // when
        List<PartitionKey> claimable =
                List.copyOf(holdings.claimable(allWantedHere(early, journal, late), Set.of(), 0));
        // then
        assertThat(claimable)
                .containsExactly(
                        new PartitionKey(journal.id(), 0),
                        new PartitionKey(journal.id(), 1),
                        new PartitionKey(early.id(), 0),
                        new PartitionKey(early.id(), 1),
                        new PartitionKey(early.id(), 2),
                        new PartitionKey(late.id(), 0));
    }

    @Test
    void claimsAnewWhatItWasGivingAwayAndIsToHaveAfterAll() {
        // given
        Holdings holdings = new Holdings(NODE, 1_000);
        Snapshot wantedHere = allWantedHere(early);
        PartitionKey key = new PartitionKey(early.id(), 0);
        wantedHere.parts().keySet().forEach(each -> holdings.claimed(each, 1));
        holdings.reconcile(wantedHere);
        Map<UUID, Versioned<List<Integer>>> elsewhere =
                Map.of(early.id(), new Versioned<>(Collections.nCopies(early.partitionCount(), NODE + 1), 1));
        Snapshot wantedElsewhere = new Snapshot(
                wantedHere.nodes(), OptionalInt.empty(), wantedHere.topics(), elsewhere, wantedHere.parts(), Map.of());
        assertThat(holdings.reconcile(wantedElsewhere).leaving()).hasSize(early.partitionCount());
        // when: its release was not written
        holdings.reconcile(wantedHere);
        // then
        assertThat(holdings.claimable(wantedHere, Set.of(), 0)).contains(key);
        holdings.claimed(key, 2);
        assertThat(holdings.claimable(wantedHere, Set.of(), 0)).doesNotContain(key);
    }
}
