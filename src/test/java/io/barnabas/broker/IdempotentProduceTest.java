package io.barnabas.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.broker.RecordOutcome.Refused;
import io.barnabas.broker.RecordOutcome.Stored;
import io.barnabas.cluster.Cluster;
import io.barnabas.log.EmbeddedLogEngine;
import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.LogEvents;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.BrokerFixture;
import io.barnabas.testing.ManualClock;
import io.barnabas.testing.MemoryFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idempotent producers and idempotency keys, on the embedded engine over files that survive a killed process. */
class IdempotentProduceTest {
    private static final int PARTITIONS = 3;

    private final ManualClock clock = new ManualClock();
    private MemoryFiles files = new MemoryFiles();
    private EmbeddedLogEngine engine;
    private BrokerFixture broker;

    @BeforeEach
    void start() {
        engine = new EmbeddedLogEngine(
                Path.of("/data"),
                EmbeddedLogSettings.DEFAULTS,
                files,
                clock,
                System::nanoTime,
                Runnable::run,
                IdempotentProduceTest::daemon,
                LogEvents.NONE);
        broker = new BrokerFixture(engine);
        broker.partitions
                .allOpened(broker.cluster.ensure("orders", PARTITIONS, Map.of()))
                .join();
        broker.partitions
                .allOpened(broker.cluster.ensure("small", 2, Map.of("max.message.bytes", "300")))
                .join();
    }

    @AfterEach
    void stop() {
        broker.close();
        engine.close();
    }

    /** The process is killed with what it had written in the page cache, and started again. */
    private void killAndRestart() {
        MemoryFiles left = files.crashed(null);
        stop();
        files = left;
        start();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    @Test
    void givesEachProducerAnIdOfItsOwn() {
        // given
        Set<Long> ids = new HashSet<>();
        // when
        for (int i = 0; i < 2_500; i++) {
            ids.add(get(broker.producing.newProducer()).producerId());
        }
        // then
        assertThat(ids).hasSize(2_500);
    }

    @Test
    void renewsTheEpochOfAKnownProducerAndEndsWithANewId() {
        ProducerIdentity first = get(broker.producing.newProducer());
        assertThat(get(broker.producing.renewProducer(first)))
                .isEqualTo(new ProducerIdentity(first.producerId(), (short) 1));
        assertThat(get(broker.producing.renewProducer(new ProducerIdentity(first.producerId(), Short.MAX_VALUE))))
                .isEqualTo(new ProducerIdentity(first.producerId() + 1, (short) 0));
        refused(
                () -> get(broker.producing.renewProducer(new ProducerIdentity(1_000, (short) 0))),
                ErrorCode.INVALID_FIELD);
    }

    @Test
    void asksForNoIdWithoutZooKeeperAndRecoversWithIt() {
        broker.cluster.turn(Cluster.Session.SUSPENDED);
        refused(() -> get(broker.producing.newProducer()), ErrorCode.ZOOKEEPER_UNAVAILABLE);
        broker.cluster.turn(Cluster.Session.CONNECTED);
        assertThat(get(broker.producing.newProducer()).producerId()).isZero();
    }

    @Test
    void answersARepeatedSequenceWithTheFirstOffsetsAlsoAfterAKill() {
        // given
        sequenced(0, 0, "a", "b");
        List<RecordOutcome> second = sequenced(0, 2, "c");
        // when
        List<RecordOutcome> repeat = sequenced(0, 0, "a", "b");
        killAndRestart();
        List<RecordOutcome> afterKill = sequenced(0, 0, "a", "b");
        List<RecordOutcome> next = sequenced(0, 3, "d");
        // then
        assertThat(second).containsExactly(new Stored(1, 2));
        assertThat(repeat).containsExactly(new Stored(1, 0, true), new Stored(1, 1, true));
        assertThat(afterKill).isEqualTo(repeat);
        assertThat(next).containsExactly(new Stored(1, 3));
        assertThat(end(1)).isEqualTo(4);
    }

    @Test
    void refusesGapsOldEpochsAndRepeatsOlderThanFiveRequests() {
        for (int sequence = 0; sequence < 6; sequence++) {
            sequenced(0, sequence, "v" + sequence);
        }
        refused(() -> sequenced(0, 7, "x"), ErrorCode.OUT_OF_ORDER_SEQUENCE);
        refused(() -> sequenced(0, 0, "v0"), ErrorCode.OUT_OF_ORDER_SEQUENCE);
        assertThat(sequenced(0, 1, "v1")).containsExactly(new Stored(1, 1, true));
        assertThat(sequenced(1, 0, "new epoch")).containsExactly(new Stored(1, 6));
        refused(() -> sequenced(0, 6, "x"), ErrorCode.STALE_PRODUCER_EPOCH);
        assertThat(end(1)).isEqualTo(7);
    }

    @Test
    void sequencesGoOnFromZeroBehindTheLargest() {
        sequenced(0, Integer.MAX_VALUE - 1, "a", "b", "c");
        assertThat(sequenced(0, 1, "d")).containsExactly(new Stored(1, 3));
    }

    @Test
    void refusesASequenceWhoseRecordsDoNotGoTogetherAndStoresNothing() {
        ProduceRequest several = begin("orders", Optional.empty());
        add(several, 0, null, "a");
        add(several, 1, null, "b");
        refused(() -> sendAs(several, 0), ErrorCode.INVALID_FIELD);
        ProduceRequest dealt = begin("orders", Optional.empty());
        add(dealt, -1, null, "a");
        refused(() -> sendAs(dealt, 0), ErrorCode.INVALID_FIELD);
        ProduceRequest partlyWrong = begin("orders", Optional.empty());
        add(partlyWrong, 0, null, "a");
        add(partlyWrong, 9, null, "b");
        refused(() -> sendAs(partlyWrong, 0), ErrorCode.UNKNOWN_PARTITION);
        ProduceRequest large = begin("small", Optional.empty());
        for (int i = 0; i < 20; i++) {
            add(large, 0, null, "0123456789");
        }
        refused(() -> sendAs(large, 0), ErrorCode.BODY_TOO_LARGE);
        refused(
                () -> begin("orders", Optional.of(IdempotencyKey.parse("k")))
                        .producer(new ProducerSequence(7, (short) 0, 0)),
                ErrorCode.INVALID_FIELD);
        refused(
                () -> begin("orders", Optional.empty()).producer(ProducerSequence.ofKey(1, 0)),
                ErrorCode.INVALID_FIELD);
        assertThat(end(0) + end(1) + end(2)).isZero();
    }

    @Test
    void storesAKeyedRequestOnceHoweverOftenItComesAndAfterAKill() {
        // given
        List<RecordOutcome> first = keyed("key-1", "a", "b", "c", "d");
        keyed("key-2", "e");
        // when
        List<RecordOutcome> repeat = keyed("key-1", "a", "b", "c", "d");
        killAndRestart();
        List<RecordOutcome> afterKill = keyed("key-1", "a", "b", "c", "d");
        // then
        List<RecordOutcome> duplicates = first.stream()
                .map(outcome -> (Stored) outcome)
                .map(stored -> (RecordOutcome) new Stored(stored.partition(), stored.offset(), true))
                .toList();
        assertThat(first.stream().map(outcome -> ((Stored) outcome).partition()).distinct())
                .as("dealt out to all partitions")
                .hasSize(PARTITIONS);
        assertThat(repeat).isEqualTo(duplicates);
        assertThat(afterKill).isEqualTo(duplicates);
        assertThat(end(0) + end(1) + end(2)).isEqualTo(5);
    }

    @Test
    void aRepeatStoresWhatTheFirstTryCouldNot() {
        // given
        broker.cluster.disown(new TopicPartition("orders", 2));
        List<RecordOutcome> first = keyed("key-1", "a", "b", "c");
        // when
        killAndRestart();
        List<RecordOutcome> repeat = keyed("key-1", "a", "b", "c");
        // then
        assertThat(first)
                .filteredOn(Refused.class::isInstance)
                .singleElement()
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.PARTITION_OFFLINE));
        assertThat(repeat).containsExactlyInAnyOrder(new Stored(0, 0, true), new Stored(1, 0, true), new Stored(2, 0));
        assertThat(end(0) + end(1) + end(2)).isEqualTo(3);
    }

    @Test
    void aRequestWithAKeyOfWhichNothingIsStoredFailsAsAWhole() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            broker.cluster.disown(new TopicPartition("orders", partition));
        }
        refused(() -> keyed("key-1", "a", "b"), ErrorCode.PARTITION_OFFLINE);
    }

    @Test
    void refusesAnotherRequestWithTheSameKeyAlsoAfterAKill() {
        keyed("key-1", "a", "b", "c");
        refused(() -> keyed("key-1", "a", "b", "x"), ErrorCode.IDEMPOTENCY_KEY_REUSED);
        refused(() -> keyed("key-1", "a"), ErrorCode.IDEMPOTENCY_KEY_REUSED);
        killAndRestart();
        refused(() -> keyed("key-1", "c", "b", "a"), ErrorCode.IDEMPOTENCY_KEY_REUSED);
        assertThat(end(0) + end(1) + end(2)).isEqualTo(3);
    }

    @Test
    void forgetsAKeyWhenItsWindowIsOver() {
        keyed("key-1", "a");
        clock.advance(Duration.ofMillis(EmbeddedLogSettings.DEFAULTS.idempotencyWindowMs()));
        assertThat(((Stored) keyed("key-1", "a").get(0)).duplicate()).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(((Stored) keyed("key-1", "a").get(0)).duplicate()).isFalse();
    }

    @Test
    void refusesAKeyedRequestThatNeedsTwoBatchesOfAPartition() {
        ProduceRequest large = begin("small", Optional.of(IdempotencyKey.parse("k")));
        for (int i = 0; i < 40; i++) {
            add(large, -1, null, "0123456789");
        }
        refused(() -> get(large.send()), ErrorCode.BODY_TOO_LARGE);
    }

    @Test
    void storesAKeyedBatchOnce() {
        // given
        TopicPartition partition = new TopicPartition("orders", 0);
        AppendResult first = get(append(partition, Batches.of("a", "b"), "k"));
        // when
        AppendResult repeat = get(append(partition, Batches.of("a", "b"), "k"));
        killAndRestart();
        AppendResult afterKill = get(append(partition, Batches.of("a", "b"), "k"));
        // then
        assertThat(first.duplicate()).isFalse();
        assertThat(repeat).isEqualTo(new AppendResult(0, 1, -1, 0, true));
        assertThat(afterKill).isEqualTo(repeat);
        refused(() -> get(append(partition, Batches.of("a", "x"), "k")), ErrorCode.IDEMPOTENCY_KEY_REUSED);
    }

    @Test
    void refusesBatchesThatCannotHaveAKeyAndIdsThatBelongToKeys() {
        TopicPartition partition = new TopicPartition("orders", 0);
        refused(
                () -> get(append(partition, Batches.concat(Batches.of("a"), Batches.of("b")), "k")),
                ErrorCode.INVALID_FIELD);
        refused(() -> get(append(partition, Batches.idempotent(7, 0, 0, "a"), "k")), ErrorCode.INVALID_FIELD);
        long reserved = ProducerSequence.ofKey(1, 0).producerId();
        refused(
                () -> get(broker.producing.appendBatches(partition, Batches.idempotent(reserved, 0, 0, "a"), Acks.ALL)),
                ErrorCode.INVALID_FIELD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "caf\u00e9", "\u0007"})
    void refusesWhatIsNoKey(String key) {
        refused(() -> IdempotencyKey.parse(key), ErrorCode.INVALID_FIELD);
    }

    @Test
    void takesKeysUpToTheLimit() {
        assertThat(IdempotencyKey.parse("k".repeat(255))).isNotNull();
        refused(() -> IdempotencyKey.parse("k".repeat(256)), ErrorCode.INVALID_FIELD);
    }

    /** Producer 7 writes to partition 1. */
    private List<RecordOutcome> sequenced(int epoch, int sequence, String... values) {
        ProduceRequest request = begin("orders", Optional.empty());
        for (String value : values) {
            add(request, 1, null, value);
        }
        request.producer(new ProducerSequence(7, (short) epoch, sequence));
        return get(request.send());
    }

    private static List<RecordOutcome> sendAs(ProduceRequest request, int sequence) {
        request.producer(new ProducerSequence(7, (short) 0, sequence));
        return get(request.send());
    }

    private List<RecordOutcome> keyed(String key, String... values) {
        ProduceRequest request = begin("orders", Optional.of(IdempotencyKey.parse(key)));
        for (String value : values) {
            add(request, -1, null, value);
        }
        return get(request.send());
    }

    private CompletionStage<AppendResult> append(TopicPartition partition, ByteBuffer batches, String key) {
        return broker.producing.appendBatches(partition, batches, Acks.ALL, Optional.of(IdempotencyKey.parse(key)));
    }

    private ProduceRequest begin(String topic, Optional<IdempotencyKey> key) {
        return broker.producing.begin(topic, OptionalInt.empty(), Acks.ALL, key);
    }

    private static void add(ProduceRequest request, int partition, byte[] key, String value) {
        request.add(partition, -1, key, value.getBytes(UTF_8), List.of());
    }

    private long end(int partition) {
        return broker.topics
                .offsets(new TopicPartition("orders", partition))
                .toCompletableFuture()
                .join()
                .end();
    }

    private static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw BarnabasException.of(e);
        }
    }

    private static void refused(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
