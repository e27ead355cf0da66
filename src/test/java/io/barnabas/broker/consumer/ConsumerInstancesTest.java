package io.barnabas.broker.consumer;

import static io.barnabas.broker.consumer.ConsumingNode.GROUP;
import static io.barnabas.broker.consumer.ConsumingNode.P0;
import static io.barnabas.broker.consumer.ConsumingNode.P1;
import static io.barnabas.broker.consumer.ConsumingNode.assertFails;
import static io.barnabas.broker.consumer.ConsumingNode.await;
import static io.barnabas.broker.consumer.ConsumingNode.count;
import static io.barnabas.broker.consumer.ConsumingNode.ends;
import static io.barnabas.broker.consumer.ConsumingNode.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.broker.Groups;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How instances live, and how they come to partitions and share them. */
class ConsumerInstancesTest {
    private final ConsumingNode node = new ConsumingNode();

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void madeUpNamesAreUsedWhereNoneIsGiven() {
        assertThat(await(node.instances().create(GROUP, InstanceSettings.of(Map.of()))))
                .isEqualTo("instance-1");
    }

    @Test
    void aNameIsTakenOnce() {
        node.create("c1", Map.of());
        assertFails(
                ErrorCode.INSTANCE_EXISTS, node.instances().create(GROUP, InstanceSettings.of(Map.of("name", "c1"))));
    }

    @Test
    void aPartitionOfSomebodyElseCannotBeCommitted() {
        // given
        node.subscribed("c1", Map.of());
        node.subscribed("c2", Map.of());
        node.poll("c1", 20);
        node.poll("c2", 20);
        Set<TopicPartition> ofOther =
                await(node.instances().assignments(GROUP, "c2")).partitions();
        // when, then
        assertFails(
                ErrorCode.NOT_ASSIGNED,
                node.instances()
                        .commit(
                                GROUP,
                                "c1",
                                Optional.of(Map.of(ofOther.iterator().next(), new CommittedOffset(0, "")))));
    }

    @Test
    void anInstanceOutlivesTheNode() {
        // given
        node.append(P0, "a", "b");
        node.subscribed("c1", Map.of("enable.auto.commit", false));
        node.takeAll("c1");
        await(node.instances().commit(GROUP, "c1", Optional.of(Map.of(P0, new CommittedOffset(1, "")))));
        // when
        node.restart(ConsumerSettings.defaults());
        Polled polled = node.poll("c1", 5_000);
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
        assertThat(polled.settings().autoCommit()).isFalse();
        assertThat(await(node.instances().subscription(GROUP, "c1")))
                .isEqualTo(new Subscription.Topics(Set.of("orders")));
    }

    @Test
    void twoInstancesShareThePartitions() {
        // given
        node.subscribed("c1", Map.of());
        node.poll("c1", 20);
        // when
        node.subscribed("c2", Map.of());
        node.poll("c2", 20);
        // then
        Set<TopicPartition> all =
                new HashSet<>(await(node.instances().assignments(GROUP, "c1")).partitions());
        assertThat(all).hasSize(1);
        all.addAll(await(node.instances().assignments(GROUP, "c2")).partitions());
        assertThat(all).containsExactlyInAnyOrder(P0, P1);
    }

    @Test
    void aRevokedPartitionIsLetGoOnlyWhenItsRecordsAreCommitted() {
        // given
        node.append(P0, "a");
        node.append(P1, "b");
        node.subscribed("c1", Map.of("enable.auto.commit", false));
        node.takeAll("c1");
        node.takeAll("c1");
        node.subscribed("c2", Map.of("enable.auto.commit", false));
        node.poll("c2", 20);
        assertThat(await(node.instances().assignments(GROUP, "c2")).partitions())
                .isEmpty();
        // when
        await(node.instances().commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(await(node.instances().assignments(GROUP, "c2")).partitions())
                .hasSize(1);
        assertThat(node.poll("c2", 20).chunks())
                .as("committed before the hand-over")
                .isEmpty();
    }

    @Test
    void autoCommitCommitsAndLetsGoAtOnce() {
        // given
        node.append(P0, "a");
        node.append(P1, "b");
        node.subscribed("c1", Map.of());
        node.takeAll("c1");
        // when
        node.subscribed("c2", Map.of());
        // then
        assertThat(await(node.instances().assignments(GROUP, "c2")).partitions())
                .hasSize(1);
        assertThat(node.poll("c2", 20).chunks())
                .as("committed before the hand-over")
                .isEmpty();
    }

    @Test
    void recordsOnTheirWayKeepTheirPartition() {
        // given
        node.append(P0, "a");
        node.append(P1, "b");
        node.subscribed("c1", Map.of());
        Polled onItsWay = node.poll("c1", 5_000);
        node.subscribed("c2", Map.of());
        assertThat(await(node.instances().assignments(GROUP, "c2")).partitions())
                .isEmpty();
        // when
        onItsWay.handedOver(ends(onItsWay));
        // then
        assertThat(await(node.instances().assignments(GROUP, "c2")).partitions())
                .hasSize(1);
    }

    @Test
    void theExtraMemberWaitsAndSaysWhy() {
        // given
        for (String name : Set.of("c1", "c2", "c3")) {
            node.subscribed(name, Map.of());
            node.poll(name, 20);
        }
        // when
        long waiting = Set.of("c1", "c2", "c3").stream()
                .map(name -> await(node.instances().assignments(GROUP, name)))
                .filter(assignments -> assignments.partitions().isEmpty()
                        && assignments.waiting().isPresent())
                .count();
        // then
        assertThat(waiting).isEqualTo(1);
    }

    @Test
    void aMemberThatWasTakenForDeadJoinsAgainWithItsNextPoll() {
        // given
        node.append(P0, "a");
        node.subscribed("c1", Map.of("session.timeout.ms", 10_000));
        node.takeAll("c1");
        node.poll("c1", 20);
        // when
        node.broker.scheduler.advance(Duration.ofSeconds(11));
        assertThat(await(node.instances().assignments(GROUP, "c1")).partitions())
                .isEmpty();
        node.append(P0, "b");
        Polled polled = node.poll("c1", 5_000);
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
    }

    @Test
    void anIdleInstanceIsForgotten() {
        // given
        node.subscribed("c1", Map.of());
        // when
        node.broker.scheduler.advance(Duration.ofMinutes(6));
        // then
        assertFails(ErrorCode.UNKNOWN_INSTANCE, node.instances().poll(GROUP, "c1", request(20)));
        assertThat(node.instances().count()).isZero();
    }

    @Test
    void deletingHandsThePartitionsOverAtOnceAndCommits() {
        // given
        node.append(P0, "a");
        node.subscribed("c1", Map.of());
        node.takeAll("c1");
        node.subscribed("c2", Map.of());
        // when
        await(node.instances().delete(GROUP, "c1"));
        // then
        assertThat(await(node.instances().assignments(GROUP, "c2")).partitions())
                .containsExactlyInAnyOrder(P0, P1);
        assertThat(node.committed()).containsEntry(P0, new CommittedOffset(1, ""));
        assertFails(ErrorCode.UNKNOWN_INSTANCE, node.instances().heartbeat(GROUP, "c1"));
    }

    @Test
    void readsAssignedPartitionsWithoutTheGroup() {
        // given
        node.append(P0, "a");
        node.append(P1, "b");
        node.create("c1", Map.of("auto.offset.reset", "earliest"));
        await(node.instances().assign(GROUP, "c1", Set.of(P1)));
        // when
        Polled polled = node.poll("c1", 5_000);
        polled.handedOver(ends(polled));
        await(node.instances().commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::partition).containsExactly(P1);
        assertThat(node.committed()).containsOnlyKeys(P1);
    }

    @Test
    void waysToComeByPartitionsExcludeEachOther() {
        node.subscribed("c1", Map.of());
        assertFails(ErrorCode.SUBSCRIPTION_CONFLICT, node.instances().assign(GROUP, "c1", Set.of(P0)));
        assertFails(
                ErrorCode.SUBSCRIPTION_CONFLICT,
                node.instances().subscribe(GROUP, "c1", new Subscription.Pattern(TopicPattern.of("o.*"))));
        await(node.instances().unsubscribe(GROUP, "c1"));
        await(node.instances().assign(GROUP, "c1", Set.of(P0)));
        assertThat(await(node.instances().assignments(GROUP, "c1")).partitions())
                .containsExactly(P0);
    }

    @Test
    void aPatternFindsTopicsThatComeLater() {
        // given
        node.create("c1", Map.of("auto.offset.reset", "earliest"));
        await(node.instances().subscribe(GROUP, "c1", new Subscription.Pattern(TopicPattern.of("inv.*"))));
        assertThat(node.poll("c1", 20).chunks()).isEmpty();
        // when
        await(node.broker.topics.create("invoices", OptionalInt.of(1), Map.of()));
        node.append(new TopicPartition("invoices", 0), "a");
        // then
        assertThat(count(node.poll("c1", 5_000))).isEqualTo(1);
    }

    @Test
    void aSecondTopicInAGroupIsRefusedWhenSubscribing() {
        // given
        await(node.broker.topics.create("other", OptionalInt.of(1), Map.of()));
        node.subscribed("c1", Map.of());
        node.create("c2", Map.of());
        // when, then
        assertFails(
                ErrorCode.GROUP_BOUND_TO_OTHER_TOPIC,
                node.instances().subscribe(GROUP, "c2", new Subscription.Topics(Set.of("other"))));
        assertThat(await(node.instances().subscription(GROUP, "c2"))).isEqualTo(new Subscription.None());
    }

    @Test
    void unknownThingsAreNamed() {
        node.create("c1", Map.of());
        assertFails(
                ErrorCode.UNKNOWN_TOPIC,
                node.instances().subscribe(GROUP, "c1", new Subscription.Topics(Set.of("nothing"))));
        assertFails(
                ErrorCode.UNKNOWN_PARTITION,
                node.instances().assign(GROUP, "c1", Set.of(new TopicPartition("orders", 2))));
        assertFails(ErrorCode.UNKNOWN_INSTANCE, node.instances().poll(GROUP, "nobody", request(20)));
        assertFails(ErrorCode.ILLEGAL_STATE, node.instances().poll(GROUP, "c1", request(20)));
    }

    @Test
    void aGroupIsDescribedWithItsInstances() {
        // given
        node.append(P0, "a");
        node.subscribed("c1", Map.of());
        node.poll("c1", 5_000).lost();
        // when
        Groups.DescribedGroup described = await(node.broker.groups.describe(GROUP));
        // then
        assertThat(described.group().members())
                .extracting(member -> member.clientId())
                .containsExactly("c1");
    }

    @Test
    void aNodeWorksForSoManyInstances() {
        // given
        node.restart(new ConsumerSettings(1, 45_000, 60_000, 300_000, 1_000, 60_000, 2_000, 100));
        node.create("c1", Map.of());
        // when, then
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> node.instances().create(GROUP, InstanceSettings.of(Map.of("name", "c2"))))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY));
    }
}
