package io.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.broker.peer.PeerSettings;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.InMemoryPartitionLog;
import io.barnabas.testing.ManyBrokers;
import io.barnabas.testing.relay.LinkState.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a broker does with partitions that another one owns. */
class ForwardingTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int PLENTY = 1 << 20;
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);

    /** News are polled for 200 ms, and a broker is silent after 600 ms. */
    private static final PeerSettings QUICK_NEWS =
            new PeerSettings(16, 2_000, 30_000, 1_000, 64 << 20, 17 << 20, 256 << 20, 200, 600, 1_000, 16 << 20);

    private final ManyBrokers brokers = new ManyBrokers(BrokerSettings.DEFAULTS.withOwnershipWaitMs(5_000), false);
    private final ManyBrokers.Broker owner = brokers.join(1);
    private final ManyBrokers.Broker other = brokers.join(2);

    @AfterEach
    void close() {
        brokers.close();
    }

    @Test
    void writesAndReadsThroughABrokerThatDoesNotOwnThePartition() {
        // given
        create(2);
        // when
        AppendResult appended = join(append(other, "a", "b"));
        ReadResult read = join(other.fetching.fetch(FIRST, 0, PLENTY, 0));
        // then
        assertThat(appended.lastOffset()).isEqualTo(1);
        assertThat(values(read)).containsExactly("a", "b");
        assertThat(join(other.topics.offsets(FIRST)).end()).isEqualTo(2);
        assertThat(join(owner.topics.offsets(FIRST)).end()).isEqualTo(2);
        assertThat(other.forwarded).contains(PeerOperation.APPEND, PeerOperation.FETCH, PeerOperation.RANGE);
        assertThat(owner.forwarded).as("one hop at most").doesNotContain(PeerOperation.APPEND, PeerOperation.FETCH);
    }

    @Test
    void createsATopicThatCanBeWrittenEverywhereAtOnce() {
        // when
        join(other.topics.create("payments", OptionalInt.of(4), Map.of()));
        // then
        for (int partition = 0; partition < 4; partition++) {
            TopicPartition key = new TopicPartition("payments", partition);
            join(owner.partitions.log(key).append(Batches.of("x"), Acks.ALL));
            join(other.partitions.log(key).append(Batches.of("y"), Acks.ALL));
        }
    }

    @Test
    void findsOffsetsByTimeAndTruncatesAtTheOwner() {
        // given
        create(1);
        join(append(owner, "a"));
        join(append(owner, "b"));
        // when
        long beginning = join(other.topics.truncate(FIRST, 1));
        // then
        assertThat(beginning).isEqualTo(1);
        assertThat(join(owner.topics.offsets(FIRST)).beginning()).isEqualTo(1);
        assertThat(join(other.topics.offsetFor(FIRST, 0)).orElseThrow().offset())
                .isEqualTo(1);
        assertThat(join(other.topics.offsetFor(FIRST, Long.MAX_VALUE))).isEmpty();
        assertThat(failure(other.fetching.fetch(FIRST, 0, PLENTY, 0)).code()).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void answersALongPollWhenARecordComesToTheOwner() {
        // given
        create(1);
        CompletionStage<ReadResult> poll = other.fetching.fetch(FIRST, 0, PLENTY, 60_000);
        await().atMost(TIMEOUT).until(() -> owner.fetching.waitingCount() == 1);
        // when
        join(append(owner, "late"));
        // then
        assertThat(values(join(poll))).containsExactly("late");
        assertThat(other.forwarded.stream().filter(PeerOperation.FETCH::equals))
                .as("asked once")
                .hasSize(1);
    }

    @Test
    void tellsListenersOfAnotherBrokerAboutRecordsAsTheyCome() {
        // given
        create(1);
        AtomicLong heard = new AtomicLong();
        PartitionLog remote = other.partitions.log(FIRST);
        try (PartitionLog.Registration registration = remote.onHighWatermark(heard::set)) {
            for (int record = 1; record <= 20; record++) {
                // when
                join(append(owner, "r" + record));
                int expected = record;
                // then
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .atMost(TIMEOUT)
                        .until(() -> heard.get() == expected);
            }
            assertThat(remote.highWatermark()).isEqualTo(20);
            assertThat(registration).isNotNull();
        }
    }

    @Test
    void wakesAPollForSeveralPartitionsOfBothKinds() {
        // given
        create(2);
        TopicPartition own =
                other.cluster.view().owners().get(FIRST).nodeId() == 2 ? FIRST : new TopicPartition("orders", 1);
        TopicPartition foreign = new TopicPartition("orders", 1 - own.partition());
        CompletionStage<Void> woken = other.fetching.awaitAny(Map.of(own, 0L, foreign, 0L), 60_000);
        // when
        join(owner.producing.appendBatches(foreign, Batches.of("x"), Acks.ALL));
        // then
        join(woken);
    }

    @Test
    void keepsTheOrderOfAppendsThatAreUnderWayTogether() {
        // given
        create(1);
        List<CompletionStage<AppendResult>> appends = new ArrayList<>();
        // when
        for (int append = 0; append < 300; append++) {
            appends.add(append(other, "r" + append));
        }
        // then
        for (int append = 0; append < 300; append++) {
            assertThat(join(appends.get(append)).baseOffset()).isEqualTo(append);
        }
        assertThat(other.forwarded.stream().filter(PeerOperation.APPEND::equals).count())
                .as("what waits goes together")
                .isLessThan(300);
    }

    @Test
    void holdsAppendsWhileThePartitionMovesAndKeepsTheirOrder() {
        // given
        create(1);
        List<CompletionStage<AppendResult>> appends = new ArrayList<>();
        // when
        for (int append = 0; append < 400; append++) {
            appends.add(append(other, "r" + append));
            if (append % 100 == 50) {
                brokers.cluster.release(FIRST);
            }
            if (append % 100 == 80) {
                brokers.cluster.give(FIRST, append < 200 ? 2 : 1);
            }
        }
        // then
        List<String> expected = new ArrayList<>();
        for (int append = 0; append < 400; append++) {
            join(appends.get(append));
            expected.add("r" + append);
        }
        assertThat(values(join(owner.fetching.fetch(FIRST, 0, PLENTY, 0)))).isEqualTo(expected);
    }

    @Test
    void waitsAtTheOwnerUntilThePartitionIsOpenThere() {
        // given
        create(1);
        brokers.engine.holdOpens();
        brokers.cluster.give(FIRST, 1);
        long before = calls(PeerOperation.APPEND);
        // when
        CompletionStage<AppendResult> append = append(other, "early");
        // then
        await().during(Duration.ofMillis(200))
                .atMost(TIMEOUT)
                .failFast("it was refused", () -> calls(PeerOperation.APPEND) > before)
                .until(() -> !append.toCompletableFuture().isDone());
        brokers.engine.releaseOpens();
        assertThat(join(append).baseOffset()).isZero();
    }

    @Test
    void longPollGoesOnWhereThePartitionHasMoved() {
        // given
        create(1);
        CompletionStage<ReadResult> poll = other.fetching.fetch(FIRST, 0, PLENTY, 60_000);
        await().atMost(TIMEOUT).until(() -> owner.fetching.waitingCount() == 1);
        // when
        brokers.cluster.give(FIRST, 2);
        join(append(owner, "after the move"));
        // then
        assertThat(values(join(poll))).containsExactly("after the move");
    }

    @Test
    void doesNotKnowWhatBecameOfAnAppendWhoseOwnerCrashes() {
        // given
        create(1);
        log().holdWrites();
        CompletionStage<AppendResult> append = append(other, "lost?");
        await().atMost(TIMEOUT).until(() -> log().heldCount() == 1);
        // when
        owner.crash();
        // then
        assertThat(failure(append).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void repeatsAnAppendOfAnIdempotentProducerAtTheNextOwner() {
        // given
        create(1);
        log().holdWrites();
        CompletionStage<AppendResult> append =
                other.producing.appendBatches(FIRST, Batches.idempotent(7, 0, 0, "kept"), Acks.ALL);
        await().atMost(TIMEOUT).until(() -> log().heldCount() == 1);
        // when
        owner.crash();
        brokers.cluster.leave(1);
        brokers.cluster.give(FIRST, 2);
        // then
        join(append);
        assertThat(values(join(other.fetching.fetch(FIRST, 0, PLENTY, 0)))).containsExactly("kept");
    }

    @Test
    void refusesACallUnderAnotherEpochThanItsOwn() {
        // given
        create(1);
        PartitionLog before = other.partitions.log(FIRST);
        // when
        brokers.cluster.give(FIRST, 1);
        // then
        assertThat(other.partitions.log(FIRST)).isNotSameAs(before);
        assertThat(failure(before.append(Batches.of("x"), Acks.ALL)).code()).isEqualTo(ErrorCode.NOT_OWNER);
        LogId id = before.id();
        assertThat(failure(() -> owner.partitions.own(id, before.epoch())).code())
                .isEqualTo(ErrorCode.NOT_OWNER);
    }

    @Test
    void failsAtOnceAndNamesTheHomeOfAPartitionThatStays() {
        // given
        try (ManyBrokers staying = new ManyBrokers(BrokerSettings.DEFAULTS.withOwnershipWaitMs(60_000), true)) {
            ManyBrokers.Broker home = staying.join(1);
            ManyBrokers.Broker left = staying.join(2);
            join(left.topics.create("orders", OptionalInt.of(1), Map.of()));
            // when
            home.crash();
            staying.cluster.leave(1);
            // then
            BarnabasException failure = failure(append(left, "x"));
            assertThat(failure.code()).isEqualTo(ErrorCode.PARTITION_OFFLINE);
            assertThat(failure).hasMessageContaining("node 1");
            assertThat(failure(left.fetching.fetch(FIRST, 0, PLENTY, 0)).code()).isEqualTo(ErrorCode.PARTITION_OFFLINE);
        }
    }

    @Test
    void givesUpAfterItsPatience() {
        // given
        try (ManyBrokers impatient = new ManyBrokers(BrokerSettings.DEFAULTS.withOwnershipWaitMs(200), false)) {
            ManyBrokers.Broker only = impatient.join(1);
            join(only.topics.create("orders", OptionalInt.of(1), Map.of()));
            impatient.cluster.release(FIRST);
            // when
            CompletionStage<AppendResult> append = append(only, "x");
            CompletionStage<ReadResult> read = only.fetching.fetch(FIRST, 0, PLENTY, 0);
            // then
            assertThat(failure(append).code()).isEqualTo(ErrorCode.PARTITION_OFFLINE);
            assertThat(failure(read).code()).isEqualTo(ErrorCode.PARTITION_OFFLINE);
        }
    }

    @Test
    void refusesAtOnceWhatGoesToABrokerThatHasBeenSilentForAsLongAsADeadOneIsWaitedFor() {
        // given
        Duration patience = Duration.ofMillis(1_500);
        try (ManyBrokers far = ManyBrokers.relayed(
                BrokerSettings.DEFAULTS.withOwnershipWaitMs((int) patience.toMillis()), QUICK_NEWS)) {
            ManyBrokers.Broker silent = far.join(1);
            ManyBrokers.Broker asked = far.join(2);
            join(silent.topics.create("orders", OptionalInt.of(1), Map.of()));
            far.cluster.give(FIRST, 1);
            join(append(asked, "before"));
            silent.link().swallow(Way.ANSWERS);
            // when
            BarnabasException first = failure(append(asked, "stored or not"));
            BarnabasException second = failure(append(asked, "not stored"));
            // then
            assertThat(first.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
            assertThat(second.code()).isEqualTo(ErrorCode.PEER_UNREACHABLE);
            long begun = System.nanoTime();
            assertThat(failure(append(asked, "not stored either")).code()).isEqualTo(ErrorCode.PEER_UNREACHABLE);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(patience);
            assertThat(failure(asked.fetching.fetch(FIRST, 0, PLENTY, 0)).code())
                    .isEqualTo(ErrorCode.PEER_UNREACHABLE);
            silent.link().heal();
            await().atMost(TIMEOUT).ignoreExceptions().until(() -> join(append(asked, "after")) != null);
            assertThat(values(join(asked.fetching.fetch(FIRST, 0, PLENTY, 0))))
                    .containsExactly("before", "stored or not", "after");
        }
    }

    private void create(int partitions) {
        join(owner.topics.create("orders", OptionalInt.of(partitions), Map.of()));
        brokers.cluster.give(FIRST, 1);
        join(other.topics.offsets(FIRST));
    }

    /** How many calls of this kind the other broker has made and had answered. */
    private long calls(PeerOperation operation) {
        return other.forwarded.stream().filter(operation::equals).count();
    }

    private InMemoryPartitionLog log() {
        return brokers.engine.log(owner.partitions.log(FIRST).id());
    }

    private static CompletionStage<AppendResult> append(ManyBrokers.Broker through, String... values) {
        return through.producing.appendBatches(FIRST, Batches.of(values), Acks.ALL);
    }

    private static List<String> values(ReadResult read) {
        return Batches.values(read.batches());
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .copy()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static BarnabasException failure(CompletionStage<?> stage) {
        try {
            join(stage);
        } catch (CompletionException e) {
            return BarnabasException.of(e);
        }
        throw new AssertionError("it did not fail");
    }

    private static BarnabasException failure(Runnable call) {
        return failure(CompletableFuture.runAsync(call, Runnable::run));
    }
}
