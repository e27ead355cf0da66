package io.barnabas.log;

import static io.barnabas.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.PartitionLog.OffsetAndTimestamp;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What holds for every {@link LogEngine}. A subclass says how one is started and stopped. */
public abstract class LogEngineContract {
    protected static final LogConfig CONFIG = LogConfig.of(Map.of());
    private static final UUID TOPIC = UUID.fromString("6f6d1c1e-57a5-4a0c-9d4c-0f7f4f0b2c11");
    protected static final LogId ID = new LogId(TOPIC, new TopicPartition("orders", 0));

    /** A running engine on the test's data; a second call gives one on the same data after the first was closed. */
    protected abstract LogEngine engine();

    protected static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw BarnabasException.of(e);
        }
    }

    protected static ErrorCode codeOf(CompletionStage<?> stage) {
        return BarnabasException.of(stage.toCompletableFuture()
                        .handle((result, failure) -> failure)
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join())
                .code();
    }

    private static PartitionLog open(LogEngine engine) {
        return get(engine.open(ID, 1, CONFIG));
    }

    @Test
    void numbersRecordsFromZeroWithoutGaps() {
        // given
        PartitionLog log = open(engine());
        // when
        AppendResult first = get(log.append(batch("a", "b"), Acks.ALL));
        AppendResult second = get(log.append(batch("c"), Acks.LEADER));
        // then
        assertThat(first).isEqualTo(new AppendResult(0, 1, -1, 0, false));
        assertThat(second).isEqualTo(new AppendResult(2, 2, -1, 0, false));
        assertThat(log.endOffset()).isEqualTo(3);
        assertThat(log.highWatermark()).isEqualTo(3);
    }

    @Test
    void readsFromTheBatchThatHoldsTheOffset() {
        // given
        PartitionLog log = open(engine());
        get(log.append(batch("a", "b", "c"), Acks.ALL));
        get(log.append(batch("d"), Acks.ALL));
        // when
        ReadResult read = get(log.read(1, 1 << 20));
        // then
        assertThat(Batches.values(read.batches())).containsExactly("0:a", "1:b", "2:c", "3:d");
        assertThat(read.highWatermark()).isEqualTo(4);
        assertThat(read.batches().isReadOnly()).isTrue();
    }

    @Test
    void readsIntoTheCallersMemoryOrIntoItsOwn() {
        // given
        PartitionLog log = open(engine());
        get(log.append(batch("a", "b"), Acks.ALL));
        List<ByteBuffer> taken = new ArrayList<>();
        ReadMemory memory = bytes -> {
            taken.add(ByteBuffer.allocate(bytes));
            return taken.get(taken.size() - 1).duplicate();
        };
        // when
        ReadResult read = get(log.read(0, 1 << 20, memory));
        // then
        assertThat(Batches.values(read.batches())).containsExactly("0:a", "1:b");
        if (!taken.isEmpty()) {
            ByteBuffer last = taken.get(taken.size() - 1);
            assertThat(last.limit(read.batches().remaining())).isEqualTo(read.batches());
        }
    }

    @Test
    void readsAtLeastOneBatchHoweverFewBytesAreAsked() {
        // given
        PartitionLog log = open(engine());
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.ALL));
        // when
        ReadResult read = get(log.read(0, 1));
        // then
        assertThat(Batches.values(read.batches())).containsExactly("0:a");
    }

    @Test
    void readsNothingAtTheHighWatermarkAndRefusesBeyondIt() {
        // given
        PartitionLog log = open(engine());
        get(log.append(batch("a"), Acks.ALL));
        // when
        ReadResult atEnd = get(log.read(1, 100));
        // then
        assertThat(atEnd.batches().hasRemaining()).isFalse();
        assertThat(codeOf(log.read(2, 100))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(codeOf(log.read(-1, 100))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void keepsTheOrderOfCallsAndTheBatchesOfACallTogether() {
        // given
        PartitionLog log = open(engine());
        List<CompletionStage<AppendResult>> answers = new ArrayList<>();
        // when
        for (int i = 0; i < 500; i++) {
            answers.add(
                    log.append(Batches.together(batch("a" + i), batch("b" + i)), i % 3 == 0 ? Acks.ALL : Acks.LEADER));
        }
        // then
        for (int i = 0; i < 500; i++) {
            assertThat(get(answers.get(i)).baseOffset()).isEqualTo(2L * i);
        }
        assertThat(Batches.values(get(log.read(0, 1 << 20)).batches()))
                .hasSize(1000)
                .startsWith("0:a0", "1:b0", "2:a1")
                .endsWith("999:b499");
    }

    @Test
    void findsEverythingAgainAfterAReopen() {
        // given
        LogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.LEADER));
        first.close();
        // when
        PartitionLog again = get(engine().open(ID, 2, CONFIG));
        // then
        assertThat(again.endOffset()).isEqualTo(2);
        assertThat(Batches.values(get(again.read(0, 1000)).batches())).containsExactly("0:a", "1:b");
        assertThat(get(again.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(2);
    }

    @Test
    void refusesTheOldOwnerAfterANewerOpen() {
        // given
        LogEngine engine = engine();
        PartitionLog old = open(engine);
        get(old.append(batch("a"), Acks.ALL));
        // when
        PartitionLog next = get(engine.open(ID, 5, CONFIG));
        // then
        assertThat(codeOf(old.append(batch("b"), Acks.ALL))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(engine.open(ID, 4, CONFIG))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(get(next.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(1);
    }

    @Test
    void remembersTheEpochOverRestarts() {
        // given
        LogEngine first = engine();
        get(first.open(ID, 7, CONFIG));
        first.close();
        // when
        CompletionStage<PartitionLog> older = engine().open(ID, 6, CONFIG);
        // then
        assertThat(codeOf(older)).isEqualTo(ErrorCode.NOT_OWNER);
    }

    @Test
    void writesTheOwnersEpochIntoBatches() {
        // given
        PartitionLog log = get(engine().open(ID, 9, CONFIG));
        get(log.append(batch("a"), Acks.ALL));
        // when
        ReadResult read = get(log.read(0, 100));
        // then
        assertThat(Batches.first(read.batches()).leaderEpoch()).isEqualTo(9);
    }

    @Test
    void tellsListenersOfTheHighWatermarkUntilTheyLeave() throws InterruptedException {
        // given
        PartitionLog log = open(engine());
        LinkedBlockingQueue<Long> heard = new LinkedBlockingQueue<>();
        PartitionLog.Registration registration = log.onHighWatermark(heard::add);
        // when
        get(log.append(batch("a", "b"), Acks.ALL));
        // then
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isIn(0L, 2L);
        registration.close();
        registration.close();
    }

    @Test
    void findsTheFirstRecordAtOrAfterATime() {
        // given
        PartitionLog log = open(engine());
        get(log.append(Batches.timed(100, "a", 300, "b"), Acks.ALL));
        get(log.append(Batches.timed(200, "c", 400, "d"), Acks.ALL));
        // when, then
        assertThat(get(log.offsetForTimestamp(0))).contains(new OffsetAndTimestamp(0, 100));
        assertThat(get(log.offsetForTimestamp(101))).contains(new OffsetAndTimestamp(1, 300));
        assertThat(get(log.offsetForTimestamp(300))).contains(new OffsetAndTimestamp(1, 300));
        assertThat(get(log.offsetForTimestamp(301))).contains(new OffsetAndTimestamp(3, 400));
        assertThat(get(log.offsetForTimestamp(401))).isEmpty();
    }

    @Test
    void stampsAppendTimeWhenTheTopicAsksForIt() {
        // given
        LogConfig config = LogConfig.of(Map.of("message.timestamp.type", "LogAppendTime"));
        PartitionLog log = get(engine().open(ID, 1, config));
        // when
        AppendResult result = get(log.append(Batches.timed(5, "a", 6, "b"), Acks.ALL));
        // then
        assertThat(result.appendTimeMs()).isGreaterThan(6);
        assertThat(Batches.first(get(log.read(0, 1000)).batches()).crcValid()).isTrue();
        assertThat(get(log.offsetForTimestamp(7))).contains(new OffsetAndTimestamp(0, result.appendTimeMs()));
    }

    @Test
    void movesTheLogStart() {
        // given
        LogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(batch("a"), Acks.ALL));
        get(log.append(batch("b"), Acks.ALL));
        get(log.append(batch("c"), Acks.ALL));
        // when
        long start = get(log.truncateBefore(2));
        // then
        assertThat(start).isEqualTo(2);
        assertThat(log.logStartOffset()).isEqualTo(2);
        assertThat(codeOf(log.read(1, 100))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        assertThat(get(log.truncateBefore(1))).isEqualTo(2);
        assertThat(codeOf(log.truncateBefore(4))).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
        first.close();
        PartitionLog again = open(engine());
        assertThat(again.logStartOffset()).isEqualTo(2);
        assertThat(Batches.values(get(again.read(2, 1000)).batches())).containsExactly("2:c");
    }

    @Test
    void goesOnWithTheNextOffsetWhenEverythingWasTruncated() {
        // given
        LogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(batch("a", "b"), Acks.ALL));
        get(log.truncateBefore(2));
        first.close();
        // when
        PartitionLog again = open(engine());
        // then
        assertThat(again.logStartOffset()).isEqualTo(2);
        assertThat(get(again.append(batch("c"), Acks.ALL)).baseOffset()).isEqualTo(2);
    }

    @Test
    void startsEmptyWhenATopicIsMadeAgainUnderTheSameName() {
        // given
        LogEngine engine = engine();
        PartitionLog log = open(engine);
        get(log.append(batch("a"), Acks.ALL));
        get(engine.delete(ID));
        get(engine.delete(ID));
        // when
        PartitionLog next = get(engine.open(new LogId(UUID.randomUUID(), ID.partition()), 1, CONFIG));
        // then
        assertThat(next.endOffset()).isZero();
        assertThat(codeOf(log.append(batch("b"), Acks.ALL))).isEqualTo(ErrorCode.NOT_OWNER);
    }

    @Test
    void answersARepeatWithTheOffsetsOfTheOriginalAlsoAfterARestart() {
        // given
        LogEngine first = engine();
        PartitionLog log = open(first);
        get(log.append(Batches.sequenced(7, 0, 0, "a", "b"), Acks.ALL));
        get(log.append(Batches.sequenced(7, 0, 2, "c"), Acks.LEADER));
        // when
        AppendResult repeat = get(log.append(Batches.sequenced(7, 0, 0, "a", "b"), Acks.ALL));
        // then
        assertThat(repeat).isEqualTo(new AppendResult(0, 1, -1, 0, true));
        first.close();
        PartitionLog again = open(engine());
        assertThat(get(again.append(Batches.sequenced(7, 0, 2, "c"), Acks.ALL)))
                .isEqualTo(new AppendResult(2, 2, -1, 0, true));
        assertThat(codeOf(again.append(Batches.sequenced(7, 0, 9, "x"), Acks.ALL)))
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(again.endOffset()).isEqualTo(3);
    }

    @Test
    void refusesAnOldProducerEpochAndTakesANewOneFromSequenceZero() {
        // given
        PartitionLog log = open(engine());
        get(log.append(Batches.sequenced(7, 1, 0, "a"), Acks.ALL));
        // when
        ErrorCode old = codeOf(log.append(Batches.sequenced(7, 0, 1, "b"), Acks.ALL));
        ErrorCode gap = codeOf(log.append(Batches.sequenced(7, 2, 1, "b"), Acks.ALL));
        AppendResult next = get(log.append(Batches.sequenced(7, 2, 0, "b"), Acks.ALL));
        // then
        assertThat(old).isEqualTo(ErrorCode.STALE_PRODUCER_EPOCH);
        assertThat(gap).isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(next.baseOffset()).isEqualTo(1);
    }

    @Test
    void refusesEverythingAfterClose() {
        // given
        LogEngine engine = engine();
        PartitionLog log = open(engine);
        CompletableFuture<AppendResult> queued =
                log.append(batch("a"), Acks.ALL).toCompletableFuture();
        // when
        get(log.close());
        get(log.close());
        // then
        assertThat(queued).isCompleted();
        assertThat(codeOf(log.append(batch("b"), Acks.ALL))).isEqualTo(ErrorCode.NOT_OWNER);
        assertThat(codeOf(log.read(0, 10))).isEqualTo(ErrorCode.NOT_OWNER);
        engine.close();
        assertThat(engine.status()).isInstanceOf(EngineStatus.Closed.class);
        assertThatThrownBy(() -> get(engine.open(ID, 3, CONFIG)))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_OWNER));
    }
}
