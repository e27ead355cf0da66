package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.cluster.Snapshot.Versioned;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private static final int NODE = 1;

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
        return new Snapshot(new TreeMap<>(), OptionalInt.empty(), byName, assignments, Map.of(), Map.of());
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
}
