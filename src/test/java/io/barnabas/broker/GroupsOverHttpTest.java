package io.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.barnabas.broker.consumer.InstanceSettings;
import io.barnabas.broker.consumer.PollRequest;
import io.barnabas.broker.consumer.Polled;
import io.barnabas.broker.consumer.Subscription;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.Committer;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupSettings;
import io.barnabas.record.Acks;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.ManyBrokers;
import io.barnabas.testing.RecordedMember;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups and instances over the calls and news that nodes really have, on loopback; node 1 coordinates at first. */
class GroupsOverHttpTest {
    private static final String GROUP = "billing";
    private static final TopicPartition P0 = new TopicPartition("orders", 0);

    private final ManyBrokers brokers = new ManyBrokers(BrokerSettings.DEFAULTS, false);
    private final ManyBrokers.Broker one = brokers.join(1);
    private final ManyBrokers.Broker two = brokers.join(2);
    private final ManyBrokers.Broker three = brokers.join(3);
    private final TopicPartition journal =
            new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, one.coordinator.journalPartition(GROUP));

    @BeforeEach
    void makeTopics() throws Exception {
        result(one.cluster.createTopic("orders", 3, Map.of()));
    }

    private void makeJournal() throws Exception {
        result(one.cluster.createTopic(
                GroupCoordinator.JOURNAL_TOPIC, GroupSettings.DEFAULTS.journalPartitions(), Map.of()));
        brokers.cluster.give(journal, 1);
    }

    @AfterEach
    void stop() {
        brokers.close();
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static JoinRequest request(Optional<String> memberId) {
        return new JoinRequest(memberId, "socket", Set.of("orders"), Optional.empty(), 30_000, 30_000);
    }

    private void killCoordinator() {
        one.crash();
        brokers.cluster.leave(1);
        brokers.cluster.give(journal, 3);
        for (int partition = 0; partition < 3; partition++) {
            brokers.cluster.give(new TopicPartition("orders", partition), 2);
        }
    }

    @Test
    void aMemberKeepsItsPlaceWhenItsCoordinatorDies() throws Exception {
        // given
        makeJournal();
        RecordedMember member = new RecordedMember();
        String memberId = result(two.coordinator.join(GROUP, request(Optional.empty()), member))
                .memberId();
        List<String> heard = new ArrayList<>();
        await().until(() -> heard.addAll(member.heard()) && heard.contains("assigned 1 [0, 1, 2]"));
        result(two.coordinator.commit(
                GROUP, new Committer.Member(memberId, 1), Map.of(P0, new CommittedOffset(7, ""))));
        assertThat(result(three.coordinator.list())).hasSize(1);
        // when
        killCoordinator();
        // then
        await().until(() -> heard.addAll(member.heard()) && heard.contains("removed NOT_OWNER"));
        result(two.coordinator.join(GROUP, request(Optional.of(memberId)), member));
        await().until(() -> member.heard().contains("assigned 1 [0, 1, 2]"));
        result(two.coordinator.commit(
                GROUP, new Committer.Member(memberId, 1), Map.of(P0, new CommittedOffset(8, ""))));
        assertThat(result(three.coordinator.committed(GROUP, Set.of(P0))))
                .containsEntry(P0, new CommittedOffset(8, ""));
    }

    @Test
    void nobodyWaitsForTheMembersOfADeadCoordinatorsNode() throws Exception {
        // given
        makeJournal();
        RecordedMember dying = new RecordedMember();
        String dyingId = result(one.coordinator.join(GROUP, request(Optional.empty()), dying))
                .memberId();
        await().until(() -> dying.assignment().partitions().size() == 3);
        RecordedMember member = new RecordedMember();
        String memberId = result(two.coordinator.join(GROUP, request(Optional.empty()), member))
                .memberId();
        result(one.coordinator.released(
                GROUP, dyingId, dying.assignment().partitions())); // that is: what it was asked for
        await().until(() -> !member.assignment().partitions().isEmpty());
        // when
        killCoordinator();
        // then
        await().until(() -> member.heard().contains("removed NOT_OWNER"));
        result(two.coordinator.join(GROUP, request(Optional.of(memberId)), member));
        await().atMost(10, TimeUnit.SECONDS) // the session time-out is 30
                .until(() -> member.assignment().partitions().size() == 3);
    }

    @Test
    void anInstanceMadeOnOneNodeIsPolledOnAnotherAndOutlivesItsCoordinator() throws Exception {
        // given
        makeJournal();
        result(two.consumers.create(
                GROUP,
                InstanceSettings.of(
                        Map.of("name", "c1", "auto.offset.reset", "earliest", "enable.auto.commit", "false"))));
        result(three.consumers.subscribe(GROUP, "c1", new Subscription.Topics(Set.of("orders"))));
        result(three.producing.appendBatches(P0, Batches.of("a", "b"), Acks.ALL));
        Polled polled = result(three.consumers.poll(GROUP, "c1", poll()));
        assertThat(polled.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        polled.handedOver(Map.of(P0, 2L));
        result(two.consumers.commit(GROUP, "c1", Optional.of(Map.of(P0, new CommittedOffset(1, "")))));
        // when
        killCoordinator();
        Polled again = result(two.consumers.poll(GROUP, "c1", poll()));
        // then
        assertThat(again.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
        again.lost();
        result(two.consumers.delete(GROUP, "c1"));
    }

    @Test
    void theJournalIsMadeAndSpreadWhenTheFirstGroupIsUsed() throws Exception {
        // given
        assertThat(result(two.coordinator.list())).isEmpty();
        assertThat(one.cluster.view().topics()).doesNotContainKey(GroupCoordinator.JOURNAL_TOPIC);
        // when
        result(two.coordinator.join(GROUP, request(Optional.empty()), new RecordedMember()));
        // then
        Set<Integer> coordinators = new HashSet<>();
        one.cluster.view().owners().forEach((partition, owner) -> {
            if (partition.topic().equals(GroupCoordinator.JOURNAL_TOPIC)) {
                coordinators.add(owner.nodeId());
            }
        });
        assertThat(coordinators).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(result(three.coordinator.list())).hasSize(1);
    }

    @Test
    void aGroupIsRefusedWhenOthersCutTheJournalOtherwise() throws Exception {
        // given
        result(one.cluster.createTopic(GroupCoordinator.JOURNAL_TOPIC, 3, Map.of()));
        // when
        CompletionStage<?> joined = two.coordinator.join(GROUP, request(Optional.empty()), new RecordedMember());
        // then
        assertThatThrownBy(() -> result(joined))
                .hasRootCauseMessage("barnabas.group.journal-partitions is 8 on this node, but the cluster's groups are"
                        + " journaled in 3 partitions; set it to that");
    }

    private static PollRequest poll() {
        return new PollRequest(OptionalInt.of(10_000), 1 << 20, any -> {});
    }
}
