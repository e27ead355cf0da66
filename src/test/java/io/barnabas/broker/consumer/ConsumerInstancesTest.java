package io.barnabas.broker.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.broker.Groups;
import io.barnabas.broker.StartPosition;
import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.BrokerFixture;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the real coordinator, with logs in memory. */
class ConsumerInstancesTest {
    private static final TopicPartition P0 = new TopicPartition("orders", 0);
    private static final TopicPartition P1 = new TopicPartition("orders", 1);
    private static final String GROUP = "billing";

    private final BrokerFixture broker = new BrokerFixture();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger names = new AtomicInteger();
    private ConsumerInstances instances = instances(ConsumerSettings.defaults());

    @BeforeEach
    void makeTopic() {
        await(broker.topics.create("orders", OptionalInt.of(2), Map.of()));
    }

    @AfterEach
    void stop() {
        instances.close();
        timers.shutdownNow();
        broker.close();
    }

    @Test
    void madeUpNamesAreUsedWhereNoneIsGiven() {
        assertThat(await(instances.create(GROUP, InstanceSettings.of(Map.of()))))
                .isEqualTo("instance-1");
    }

    @Test
    void aNameIsTakenOnce() {
        create("c1", Map.of());
        assertFails(ErrorCode.INSTANCE_EXISTS, instances.create(GROUP, InstanceSettings.of(Map.of("name", "c1"))));
    }

    @Test
    void theFirstPollWaitsForTheAssignmentAndReturnsRecords() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of());
        // when
        Polled polled = poll("c1", 5_000);
        // then
        assertThat(count(polled)).isEqualTo(2);
    }

    @Test
    void aPollWaitsForRecords() throws Exception {
        // given
        subscribed("c1", Map.of());
        CompletableFuture<Polled> polled =
                instances.poll(GROUP, "c1", request(20_000)).toCompletableFuture();
        assertThat(polled).isNotDone();
        // when
        append(P1, "late");
        // then
        assertThat(count(polled.get(10, TimeUnit.SECONDS))).isEqualTo(1);
    }

    @Test
    void aPollReturnsNothingAfterItsTime() {
        subscribed("c1", Map.of());
        assertThat(poll("c1", 20).chunks()).isEmpty();
    }

    @Test
    void positionsMoveOnlyWhenTheAnswerWasHandedOver() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of());
        // when
        poll("c1", 5_000).lost();
        Polled again = poll("c1", 5_000);
        again.handedOver(ends(again));
        // then
        assertThat(again.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        assertThat(poll("c1", 20).chunks()).isEmpty();
    }

    @Test
    void anAnswerMayBeHandedOverInPart() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of());
        // when
        poll("c1", 5_000).handedOver(Map.of(P0, 1L));
        // then
        assertThat(poll("c1", 5_000).chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
    }

    @Test
    void autoCommitCommitsWithTheNextPollWhatTheLastReturned() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of());
        takeAll("c1");
        assertThat(committed()).isEmpty();
        // when
        poll("c1", 20);
        // then
        assertThat(committed()).containsEntry(P0, new CommittedOffset(2, ""));
    }

    @Test
    void withoutAutoCommitNothingIsCommittedUntilAsked() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of("enable.auto.commit", false));
        takeAll("c1");
        poll("c1", 20);
        assertThat(committed()).isEmpty();
        // when
        await(instances.commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(committed()).containsEntry(P0, new CommittedOffset(2, ""));
    }

    @Test
    void offsetsAreCommittedAsGiven() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of("enable.auto.commit", false));
        takeAll("c1");
        // when
        await(instances.commit(GROUP, "c1", Optional.of(Map.of(P0, new CommittedOffset(1, "note")))));
        // then
        assertThat(committed()).containsEntry(P0, new CommittedOffset(1, "note"));
    }

    @Test
    void aPartitionOfSomebodyElseCannotBeCommitted() {
        // given
        subscribed("c1", Map.of());
        subscribed("c2", Map.of());
        poll("c1", 20);
        poll("c2", 20);
        Set<TopicPartition> ofOther = await(instances.assignments(GROUP, "c2")).partitions();
        // when, then
        assertFails(
                ErrorCode.NOT_ASSIGNED,
                instances.commit(
                        GROUP, "c1", Optional.of(Map.of(ofOther.iterator().next(), new CommittedOffset(0, "")))));
    }

    @Test
    void anInstanceOutlivesTheNode() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of("enable.auto.commit", false));
        takeAll("c1");
        await(instances.commit(GROUP, "c1", Optional.of(Map.of(P0, new CommittedOffset(1, "")))));
        // when
        instances.close();
        instances = instances(ConsumerSettings.defaults());
        Polled polled = poll("c1", 5_000);
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
        assertThat(polled.settings().autoCommit()).isFalse();
        assertThat(await(instances.subscription(GROUP, "c1"))).isEqualTo(new Subscription.Topics(Set.of("orders")));
    }

    @Test
    void twoInstancesShareThePartitions() {
        // given
        subscribed("c1", Map.of());
        poll("c1", 20);
        // when
        subscribed("c2", Map.of());
        poll("c2", 20);
        // then
        Set<TopicPartition> all =
                new HashSet<>(await(instances.assignments(GROUP, "c1")).partitions());
        assertThat(all).hasSize(1);
        all.addAll(await(instances.assignments(GROUP, "c2")).partitions());
        assertThat(all).containsExactlyInAnyOrder(P0, P1);
    }

    @Test
    void aRevokedPartitionIsLetGoOnlyWhenItsRecordsAreCommitted() {
        // given
        append(P0, "a");
        append(P1, "b");
        subscribed("c1", Map.of("enable.auto.commit", false));
        takeAll("c1");
        takeAll("c1");
        subscribed("c2", Map.of("enable.auto.commit", false));
        poll("c2", 20);
        assertThat(await(instances.assignments(GROUP, "c2")).partitions()).isEmpty();
        // when
        await(instances.commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(await(instances.assignments(GROUP, "c2")).partitions()).hasSize(1);
        assertThat(poll("c2", 20).chunks()).as("committed before the hand-over").isEmpty();
    }

    @Test
    void autoCommitCommitsAndLetsGoAtOnce() {
        // given
        append(P0, "a");
        append(P1, "b");
        subscribed("c1", Map.of());
        takeAll("c1");
        // when
        subscribed("c2", Map.of());
        // then
        assertThat(await(instances.assignments(GROUP, "c2")).partitions()).hasSize(1);
        assertThat(poll("c2", 20).chunks()).as("committed before the hand-over").isEmpty();
    }

    @Test
    void recordsOnTheirWayKeepTheirPartition() {
        // given
        append(P0, "a");
        append(P1, "b");
        subscribed("c1", Map.of());
        Polled onItsWay = poll("c1", 5_000);
        subscribed("c2", Map.of());
        assertThat(await(instances.assignments(GROUP, "c2")).partitions()).isEmpty();
        // when
        onItsWay.handedOver(ends(onItsWay));
        // then
        assertThat(await(instances.assignments(GROUP, "c2")).partitions()).hasSize(1);
    }

    @Test
    void theExtraMemberWaitsAndSaysWhy() {
        // given
        for (String name : Set.of("c1", "c2", "c3")) {
            subscribed(name, Map.of());
            poll(name, 20);
        }
        // when
        long waiting = Set.of("c1", "c2", "c3").stream()
                .map(name -> await(instances.assignments(GROUP, name)))
                .filter(assignments -> assignments.partitions().isEmpty()
                        && assignments.waiting().isPresent())
                .count();
        // then
        assertThat(waiting).isEqualTo(1);
    }

    @Test
    void aMemberThatWasTakenForDeadJoinsAgainWithItsNextPoll() {
        // given
        append(P0, "a");
        subscribed("c1", Map.of("session.timeout.ms", 10_000));
        takeAll("c1");
        poll("c1", 20);
        // when
        broker.scheduler.advance(Duration.ofSeconds(11));
        assertThat(await(instances.assignments(GROUP, "c1")).partitions()).isEmpty();
        append(P0, "b");
        Polled polled = poll("c1", 5_000);
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
    }

    @Test
    void anIdleInstanceIsForgotten() {
        // given
        subscribed("c1", Map.of());
        // when
        broker.scheduler.advance(Duration.ofMinutes(6));
        // then
        assertFails(ErrorCode.UNKNOWN_INSTANCE, instances.poll(GROUP, "c1", request(20)));
        assertThat(instances.count()).isZero();
    }

    @Test
    void deletingHandsThePartitionsOverAtOnceAndCommits() {
        // given
        append(P0, "a");
        subscribed("c1", Map.of());
        takeAll("c1");
        subscribed("c2", Map.of());
        // when
        await(instances.delete(GROUP, "c1"));
        // then
        assertThat(await(instances.assignments(GROUP, "c2")).partitions()).containsExactlyInAnyOrder(P0, P1);
        assertThat(committed()).containsEntry(P0, new CommittedOffset(1, ""));
        assertFails(ErrorCode.UNKNOWN_INSTANCE, instances.heartbeat(GROUP, "c1"));
    }

    @Test
    void aSecondPollEndsTheFirst() throws Exception {
        // given
        subscribed("c1", Map.of());
        CompletableFuture<Polled> first =
                instances.poll(GROUP, "c1", request(20_000)).toCompletableFuture();
        // when
        CompletableFuture<Polled> second =
                instances.poll(GROUP, "c1", request(20_000)).toCompletableFuture();
        // then
        assertThat(first.get(5, TimeUnit.SECONDS).chunks()).isEmpty();
        append(P0, "a");
        assertThat(count(second.get(5, TimeUnit.SECONDS))).isEqualTo(1);
    }

    @Test
    void aThirdPollIsRefusedWhileAnAnswerIsOnItsWay() {
        // given
        append(P0, "a");
        subscribed("c1", Map.of());
        Polled onItsWay = poll("c1", 5_000);
        CompletableFuture<Polled> second =
                instances.poll(GROUP, "c1", request(20)).toCompletableFuture();
        // when, then
        assertFails(ErrorCode.ILLEGAL_STATE, instances.poll(GROUP, "c1", request(20)));
        assertThat(second).isNotDone();
        onItsWay.handedOver(ends(onItsWay));
        assertThat(await(second).chunks()).isEmpty();
    }

    @Test
    void anAnswerThatNobodyWritesCountsAsLostAfterAWhile() {
        // given
        instances.close();
        instances = instances(new ConsumerSettings(10, 45_000, 60_000, 300_000, 1_000, 50, 2_000, 100));
        append(P0, "a");
        subscribed("c1", Map.of());
        poll("c1", 5_000);
        // when
        Polled again = poll("c1", 5_000);
        // then
        assertThat(again.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
    }

    @Test
    void seeksToOffsetsTimesAndBothEnds() {
        // given
        append(P0, "a", "b", "c");
        subscribed("c1", Map.of());
        takeAll("c1");
        // when
        await(instances.seek(GROUP, "c1", Map.of(P0, new StartPosition.Offset(1))));
        Polled fromOne = poll("c1", 5_000);
        fromOne.handedOver(ends(fromOne));
        await(instances.seek(GROUP, "c1", Map.of(P0, new StartPosition.Timestamp(0))));
        Polled fromTime = poll("c1", 5_000);
        fromTime.lost();
        await(instances.seek(GROUP, "c1", Map.of(P0, new StartPosition.Latest())));
        // then
        assertThat(fromOne.chunks()).extracting(Polled.Chunk::offset).containsExactly(1L);
        assertThat(fromTime.chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
        assertThat(poll("c1", 20).chunks()).isEmpty();
    }

    @Test
    void aSeekWhileAnAnswerIsOnItsWayIsKept() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of());
        Polled onItsWay = poll("c1", 5_000);
        // when
        await(instances.seek(GROUP, "c1", Map.of(P0, new StartPosition.Offset(0))));
        onItsWay.handedOver(ends(onItsWay));
        // then
        assertThat(poll("c1", 5_000).chunks()).extracting(Polled.Chunk::offset).containsExactly(0L);
    }

    @Test
    void seeksAreRefusedWhereTheyMakeNoSense() {
        subscribed("c1", Map.of());
        poll("c1", 20);
        assertFails(
                ErrorCode.OFFSET_OUT_OF_RANGE, instances.seek(GROUP, "c1", Map.of(P0, new StartPosition.Offset(9))));
        assertFails(
                ErrorCode.ILLEGAL_STATE,
                instances.seek(GROUP, "c1", Map.of(new TopicPartition("other", 0), new StartPosition.Offset(0))));
    }

    @Test
    void readsAssignedPartitionsWithoutTheGroup() {
        // given
        append(P0, "a");
        append(P1, "b");
        create("c1", Map.of("auto.offset.reset", "earliest"));
        await(instances.assign(GROUP, "c1", Set.of(P1)));
        // when
        Polled polled = poll("c1", 5_000);
        polled.handedOver(ends(polled));
        await(instances.commit(GROUP, "c1", Optional.empty()));
        // then
        assertThat(polled.chunks()).extracting(Polled.Chunk::partition).containsExactly(P1);
        assertThat(committed()).containsOnlyKeys(P1);
    }

    @Test
    void waysToComeByPartitionsExcludeEachOther() {
        subscribed("c1", Map.of());
        assertFails(ErrorCode.SUBSCRIPTION_CONFLICT, instances.assign(GROUP, "c1", Set.of(P0)));
        assertFails(
                ErrorCode.SUBSCRIPTION_CONFLICT,
                instances.subscribe(GROUP, "c1", new Subscription.Pattern(TopicPattern.of("o.*"))));
        await(instances.unsubscribe(GROUP, "c1"));
        await(instances.assign(GROUP, "c1", Set.of(P0)));
        assertThat(await(instances.assignments(GROUP, "c1")).partitions()).containsExactly(P0);
    }

    @Test
    void aPatternFindsTopicsThatComeLater() {
        // given
        create("c1", Map.of("auto.offset.reset", "earliest"));
        await(instances.subscribe(GROUP, "c1", new Subscription.Pattern(TopicPattern.of("inv.*"))));
        assertThat(poll("c1", 20).chunks()).isEmpty();
        // when
        await(broker.topics.create("invoices", OptionalInt.of(1), Map.of()));
        append(new TopicPartition("invoices", 0), "a");
        // then
        assertThat(count(poll("c1", 5_000))).isEqualTo(1);
    }

    @Test
    void aSecondTopicInAGroupIsRefusedWhenSubscribing() {
        // given
        await(broker.topics.create("other", OptionalInt.of(1), Map.of()));
        subscribed("c1", Map.of());
        create("c2", Map.of());
        // when, then
        assertFails(
                ErrorCode.GROUP_BOUND_TO_OTHER_TOPIC,
                instances.subscribe(GROUP, "c2", new Subscription.Topics(Set.of("other"))));
        assertThat(await(instances.subscription(GROUP, "c2"))).isEqualTo(new Subscription.None());
    }

    @Test
    void unknownThingsAreNamed() {
        create("c1", Map.of());
        assertFails(
                ErrorCode.UNKNOWN_TOPIC, instances.subscribe(GROUP, "c1", new Subscription.Topics(Set.of("nothing"))));
        assertFails(
                ErrorCode.UNKNOWN_PARTITION, instances.assign(GROUP, "c1", Set.of(new TopicPartition("orders", 2))));
        assertFails(ErrorCode.UNKNOWN_INSTANCE, instances.poll(GROUP, "nobody", request(20)));
        assertFails(ErrorCode.ILLEGAL_STATE, instances.poll(GROUP, "c1", request(20)));
    }

    @Test
    void recordsThatWereDeletedAreSkipped() {
        // given
        append(P0, "a", "b");
        subscribed("c1", Map.of());
        poll("c1", 5_000).lost();
        append(P0, "c");
        // when
        await(broker.topics.truncate(P0, 2));
        // then
        assertThat(poll("c1", 5_000).chunks()).extracting(Polled.Chunk::offset).containsExactly(2L);
    }

    @Test
    void aDrainEndsPollsThatWait() throws Exception {
        // given
        subscribed("c1", Map.of());
        CompletableFuture<Polled> polled =
                instances.poll(GROUP, "c1", request(60_000)).toCompletableFuture();
        // when
        broker.fetching.drain();
        // then
        assertThat(polled.get(5, TimeUnit.SECONDS).chunks()).isEmpty();
    }

    @Test
    void fullPollsTakeTurnsAmongPartitions() {
        // given
        append(P0, "a", "b");
        append(P1, "c", "d");
        subscribed("c1", Map.of());
        // when
        Set<TopicPartition> seen = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            Polled polled = await(instances.poll(GROUP, "c1", new PollRequest(OptionalInt.of(5_000), 1, any -> {})));
            polled.chunks().forEach(chunk -> seen.add(chunk.partition()));
            polled.handedOver(ends(polled));
        }
        // then
        assertThat(seen).containsExactlyInAnyOrder(P0, P1);
    }

    @Test
    void aGroupIsDescribedWithItsInstances() {
        // given
        append(P0, "a");
        subscribed("c1", Map.of());
        poll("c1", 5_000).lost();
        // when
        Groups.DescribedGroup described = await(broker.groups.describe(GROUP));
        // then
        assertThat(described.group().members())
                .extracting(member -> member.clientId())
                .containsExactly("c1");
    }

    @Test
    void aNodeWorksForSoManyInstances() {
        // given
        instances.close();
        instances = instances(new ConsumerSettings(1, 45_000, 60_000, 300_000, 1_000, 60_000, 2_000, 100));
        create("c1", Map.of());
        // when, then
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> instances.create(GROUP, InstanceSettings.of(Map.of("name", "c2"))))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY));
    }

    private ConsumerInstances instances(ConsumerSettings settings) {
        return new ConsumerInstances(
                broker.coordinator,
                broker.topics,
                broker.fetching,
                broker.positioning,
                settings,
                timers,
                Runnable::run,
                System::nanoTime,
                () -> "instance-" + names.incrementAndGet());
    }

    private void create(String name, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("name", name);
        await(instances.create(GROUP, InstanceSettings.of(all)));
    }

    private void subscribed(String name, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("auto.offset.reset", "earliest");
        create(name, all);
        await(instances.subscribe(GROUP, name, new Subscription.Topics(Set.of("orders"))));
    }

    private void append(TopicPartition partition, String... values) {
        Topic topic = broker.topics.topic(partition.topic());
        assertThat(topic.partitionCount()).isGreaterThan(partition.partition());
        await(broker.producing.appendBatches(partition, Batches.of(values), Acks.ALL));
    }

    private Polled poll(String name, int waitMs) {
        return await(instances.poll(GROUP, name, request(waitMs)));
    }

    private void takeAll(String name) {
        Polled polled = poll(name, 5_000);
        polled.handedOver(ends(polled));
    }

    private Map<TopicPartition, CommittedOffset> committed() {
        return await(broker.coordinator.committed(GROUP, Set.of(P0, P1)));
    }

    private static PollRequest request(int waitMs) {
        return new PollRequest(OptionalInt.of(waitMs), 1 << 20, any -> {});
    }

    private static int count(Polled polled) {
        int count = 0;
        for (Polled.Chunk chunk : polled.chunks()) {
            for (RecordBatch batch : RecordBatches.stored(chunk.batches())) {
                count += batch.recordCount();
            }
        }
        return count;
    }

    private static Map<TopicPartition, Long> ends(Polled polled) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        for (Polled.Chunk chunk : polled.chunks()) {
            for (RecordBatch batch : RecordBatches.stored(chunk.batches())) {
                ends.put(chunk.partition(), batch.endOffset());
            }
        }
        return ends;
    }

    private static void assertFails(ErrorCode code, CompletionStage<?> stage) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> await(stage))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture()
                    .handle((result, failure) -> {
                        if (failure != null) {
                            throw BarnabasException.of(failure);
                        }
                        return result;
                    })
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw BarnabasException.of(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
