package io.barnabas.log.bookkeeper;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.bookkeeper.Stages.all;
import static io.barnabas.log.bookkeeper.Stages.codeOf;
import static io.barnabas.log.bookkeeper.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.Batches;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One partition, several nodes that own it one after the other, or believe that they do. */
@ExtendWith(WithBookies.class)
class OwnersTest {
    private static final LogConfig CONFIG = LogConfig.of(Map.of());

    private final LogId id = new LogId(UUID.randomUUID(), new TopicPartition("orders", 0));
    private final Engines engines;

    OwnersTest(Bookies bookies) {
        engines = new Engines(bookies);
    }

    @AfterEach
    void stop() {
        engines.close();
    }

    private PartitionLog claimed(BookKeeperLogEngine engine, int epoch) {
        engines.documents().claim(id, epoch);
        return get(engine.open(id, epoch, CONFIG));
    }

    @Test
    void keepsEverythingThatWasAcknowledgedWhenAnotherTakesOverWhileItIsWritten() {
        // given
        PartitionLog zombie = claimed(engines.engine(), 1);
        List<CompletionStage<AppendResult>> answers = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            answers.add(zombie.append(batch("v" + i), Acks.ALL));
        }
        get(answers.get(20));
        // when
        PartitionLog next = claimed(engines.engine(), 2);
        // then
        List<String> found = all(next);
        for (int i = 0; i < answers.size(); i++) {
            String value = i + ":v" + i;
            if (i < found.size()) {
                assertThat(found.get(i)).isEqualTo(value);
            } else {
                assertThat(codeOf(answers.get(i))).as(value).isEqualTo(ErrorCode.NOT_OWNER);
            }
        }
        assertThat(found).hasSizeGreaterThan(20);
        assertThat(codeOf(zombie.append(batch("late"), Acks.ALL))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(get(next.append(batch("on"), Acks.ALL)).baseOffset()).isEqualTo(found.size());
        assertThat(all(next)).hasSize(found.size() + 1);
    }

    @Test
    void keepsEverythingWhenOwnersThatNeverWroteCameInBetween() {
        // given
        get(claimed(engines.engine(), 1).append(batch("a", "b"), Acks.ALL));
        claimed(engines.engine(), 2);
        claimed(engines.engine(), 3);
        // when
        PartitionLog next = claimed(engines.engine(), 4);
        // then
        assertThat(all(next)).containsExactly("0:a", "1:b");
        assertThat(get(next.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(2);
        assertThat(engines.documents().list(id).segments())
                .extracting(LedgerSegment::closed)
                .containsExactly(true, false);
        assertThat(all(claimed(engines.engine(), 5))).containsExactly("0:a", "1:b", "2:c");
    }

    @Test
    void writesWhereALedgerEndsWhenItKeepsHouse() {
        // given
        get(claimed(engines.engine(), 1).append(batch("a"), Acks.ALL));
        BookKeeperLogEngine next = engines.engine();
        claimed(next, 2);
        boolean before = engines.documents().list(id).last().closed();
        // when
        next.keepHouse();
        // then
        assertThat(before).as("closed before").isFalse();
        assertThat(engines.documents().list(id).last().endOffset()).isEqualTo(1);
    }

    @Test
    void refusesAZombieThatWakesUpBeforeItsLedgerIsFenced() {
        // given
        PartitionLog zombie = claimed(engines.engine(), 1);
        // when
        engines.documents().claim(id, 2);
        // then
        assertThat(codeOf(zombie.append(batch("a"), Acks.ALL))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(engines.documents().list(id).segments()).isEmpty();
    }

    @Test
    void refusesNoSequenceForGoodThatOnlyTheNextOwnerKnows() {
        // given
        PartitionLog zombie = claimed(engines.engine(), 1);
        get(zombie.append(Batches.sequenced(7, 0, 0, "a"), Acks.ALL));
        PartitionLog next = claimed(engines.engine(), 2);
        get(next.append(Batches.sequenced(7, 0, 1, "b"), Acks.ALL));
        // when
        CompletionStage<AppendResult> answer = zombie.append(Batches.sequenced(7, 0, 2, "c"), Acks.ALL);
        // then
        assertThat(codeOf(answer)).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(next.append(Batches.sequenced(7, 0, 9, "gap"), Acks.ALL)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
    }

    @Test
    void saysOnlyAsTheOwnerWhereTheLogEnds() {
        // given
        PartitionLog zombie = claimed(engines.engine(), 1);
        get(zombie.append(batch("a"), Acks.ALL));
        PartitionLog next = claimed(engines.engine(), 2);
        // when
        get(next.append(batch("b"), Acks.ALL));
        get(next.append(batch("c"), Acks.ALL));
        // then
        assertThat(codeOf(zombie.range())).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(zombie.read(2, 1 << 20))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(zombie.truncateBefore(2))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(zombie.offsetForTimestamp(Long.MAX_VALUE))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(zombie.owned())).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(all(zombie)).containsExactly("0:a");
        assertThat(get(next.range())).isEqualTo(new PartitionLog.Range(0, 3));
        assertThat(codeOf(next.read(4, 1 << 20))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(get(next.offsetForTimestamp(Long.MAX_VALUE))).isEmpty();
    }

    @Test
    void readsOnWithoutZooKeeperButDoesNotSayWhereTheLogEnds() {
        // given
        PartitionLog log = claimed(engines.engine(), 1);
        get(log.append(batch("a"), Acks.ALL));
        // when
        engines.documents().away(true);
        // then
        assertThat(all(log)).containsExactly("0:a");
        assertThat(get(log.read(1, 1 << 20)).batches().hasRemaining()).isFalse();
        assertThat(codeOf(log.range())).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE);
        assertThat(codeOf(log.read(9, 1 << 20))).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE);
        engines.documents().away(false);
        assertThat(codeOf(log.read(9, 1 << 20))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void goesOnInANewLedgerWhenSomebodyFencesWithoutOwning(Bookies bookies) {
        // given
        PartitionLog log = claimed(engines.engine(), 1);
        get(log.append(batch("v0"), Acks.ALL));
        long ledger = engines.documents().list(id).last().ledgerId();
        List<CompletionStage<AppendResult>> answers = new ArrayList<>();
        for (int i = 1; i < 200; i++) {
            answers.add(log.append(batch("v" + i), Acks.ALL));
        }
        // when
        try (Ledgers other = bookies.ledgers()) {
            other.recover(ledger).join();
        }
        for (int i = 200; i < 250; i++) {
            answers.add(log.append(batch("v" + i), Acks.ALL));
        }
        // then
        for (int i = 0; i < answers.size(); i++) {
            assertThat(get(answers.get(i)).baseOffset()).isEqualTo(i + 1L);
        }
        assertThat(engines.documents().list(id).segments()).hasSize(2);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            expected.add(i + ":v" + i);
        }
        assertThat(all(log)).isEqualTo(expected);
        assertThat(all(claimed(engines.engine(), 2))).isEqualTo(expected);
    }

    @Test
    void remembersProducersOfADeadOwner() {
        // given
        PartitionLog dead = claimed(engines.engine(), 1);
        get(dead.append(Batches.sequenced(7, 0, 0, "a", "b"), Acks.ALL));
        get(dead.append(Batches.sequenced(7, 0, 2, "c"), Acks.ALL));
        // when
        PartitionLog next = claimed(engines.engine(), 2);
        // then
        assertThat(get(next.append(Batches.sequenced(7, 0, 2, "c"), Acks.ALL)))
                .isEqualTo(new AppendResult(2, 2, -1, 0, true));
        assertThat(get(next.append(Batches.sequenced(7, 0, 3, "d"), Acks.ALL)).baseOffset())
                .isEqualTo(3);
    }

    @Test
    void remembersProducersOverASnapshotInTheMiddleOfALedger() {
        // given
        BookKeeperSettings small = SmallSettings.with(4 << 10, 1 << 30, 4 << 10);
        PartitionLog dead = claimed(engines.engine(small), 1);
        for (int i = 0; i < 200; i++) {
            get(dead.append(Batches.sequenced(7, 0, i, "value " + i), Acks.ALL));
        }
        // when
        PartitionLog next = claimed(engines.engine(small), 2);
        // then
        assertThat(get(next.append(Batches.sequenced(7, 0, 199, "value 199"), Acks.ALL)))
                .isEqualTo(new AppendResult(199, 199, -1, 0, true));
        assertThat(codeOf(next.append(Batches.sequenced(7, 0, 300, "x"), Acks.ALL)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(all(next)).hasSize(200);
    }

    @Test
    void leavesFewSmallEntriesToReadForWhatProducersSentLast(Bookies bookies) {
        // given
        int entries = 20;
        BookKeeperSettings settings = SmallSettings.with(4 << 10, 1 << 30, 1 << 30, entries);
        PartitionLog dead = claimed(engines.engine(settings), 1);
        for (int i = 0; i < 200; i++) {
            get(dead.append(Batches.sequenced(7, 0, i, "value " + i), Acks.ALL));
        }
        // when
        PartitionLog next = claimed(engines.engine(settings), 2);
        // then
        assertThat(get(next.append(Batches.sequenced(7, 0, 199, "value 199"), Acks.ALL)))
                .isEqualTo(new AppendResult(199, 199, -1, 0, true));
        assertThat(get(next.append(Batches.sequenced(7, 0, 200, "on"), Acks.ALL))
                        .baseOffset())
                .isEqualTo(200);
        LedgerSegment ended = engines.documents().list(id).segments().get(0);
        try (Ledgers ledgers = bookies.ledgers()) {
            long last = ended.lastEntryId();
            StoredEntry entry = get(ledgers.reading(ended.ledgerId())
                            .thenCompose(handle -> ledgers.read(handle, last, last, 1, 1)))
                    .get(0);
            assertThat(last - entry.envelope().snapshotEntryId()).isBetween(0L, 2L * entries);
            assertThat(last).as("snapshots are few").isLessThan(200 + 200 / entries + 5);
        }
    }

    @Test
    void waitsWithATakeOverUntilZooKeeperIsBack() {
        // given
        PartitionLog first = claimed(engines.engine(), 1);
        get(first.append(batch("a"), Acks.ALL));
        engines.documents().claim(id, 2);
        engines.documents().away(true);
        // when
        CompletionStage<PartitionLog> opening = engines.engine().open(id, 2, CONFIG);
        // then
        assertThat(opening.toCompletableFuture()).isNotDone();
        engines.documents().away(false);
        assertThat(all(get(opening))).containsExactly("0:a");
    }

    @Test
    void listsALedgerOnceWhenTheAnswerToThatIsLost() {
        // given
        PartitionLog log = claimed(engines.engine(), 1);
        engines.documents().losesAnswers(true);
        // when
        CompletionStage<AppendResult> append = log.append(batch("a"), Acks.ALL);
        engines.documents().awaitReplace();
        engines.documents().losesAnswers(false);
        // then
        assertThat(get(append).baseOffset()).isZero();
        assertThat(engines.documents().list(id).segments()).hasSize(1);
    }

    @Test
    void failsAppendsInBoundedTimeWhileALedgerCannotBeListedAndLeavesNoGap() {
        // given
        PartitionLog log = claimed(engines.engine(SmallSettings.with(64 << 10, 1 << 20, 1 << 20)), 1);
        engines.documents().away(true);
        // when
        ErrorCode code = codeOf(log.append(batch("a"), Acks.ALL));
        // then
        assertThat(code).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        engines.documents().away(false);
        assertThat(get(log.append(batch("b"), Acks.ALL)).baseOffset()).isZero();
        assertThat(all(log)).containsExactly("0:b");
    }
}
