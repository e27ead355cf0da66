package io.barnabas.log.bookkeeper;

import static io.barnabas.log.Batches.batch;
import static io.barnabas.log.bookkeeper.Stages.all;
import static io.barnabas.log.bookkeeper.Stages.codeOf;
import static io.barnabas.log.bookkeeper.Stages.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.StorageReach;
import io.barnabas.record.Acks;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bookies go and come back. */
@ExtendWith(WithBookies.class)
class BookieFailureTest {
    private static final LogConfig CONFIG = LogConfig.of(Map.of());

    private final LogId id = new LogId(UUID.randomUUID(), new TopicPartition("orders", 0));
    private final Bookies bookies;
    private final Engines engines;

    BookieFailureTest(Bookies bookies) {
        this.bookies = bookies;
        engines = new Engines(bookies);
    }

    @AfterEach
    void stop() {
        engines.close();
        bookies.startAll();
    }

    private PartitionLog claimed(BookKeeperLogEngine engine, int epoch) {
        engines.documents().claim(id, epoch);
        return get(engine.open(id, epoch, CONFIG));
    }

    @Test
    void goesOnInTheSameLedgerWithoutOneOfThreeBookiesAndMakesReducedOnes() {
        // given
        BookKeeperSettings settings = SmallSettings.with(64 << 10, 4 << 10, 1 << 20);
        PartitionLog log = claimed(engines.engine(settings), 1);
        get(log.append(batch("v0"), Acks.ALL));
        long ledger = engines.documents().list(id).last().ledgerId();
        // when
        bookies.bookie(2).stop();
        for (int i = 1; i < 10; i++) {
            assertThat(get(log.append(batch("v" + i), Acks.ALL)).baseOffset()).isEqualTo(i);
        }
        long after = engines.documents().list(id).last().ledgerId();
        bookies.awaitRegistered(2);
        for (int i = 10; i < 100; i++) {
            assertThat(get(log.append(batch("v" + i + " and so on and so forth"), Acks.ALL))
                            .baseOffset())
                    .isEqualTo(i);
        }
        // then
        assertThat(after).isEqualTo(ledger);
        assertThat(engines.documents().list(id).segments()).hasSizeGreaterThan(1);
        assertThat(all(log)).hasSize(100);
        assertThat(all(claimed(engines.engine(settings), 2))).hasSize(100);
    }

    @Test
    void tellsThatNothingCanBeStoredAndLetsGoAtOnceAndTellsWhenItCanAgain() {
        // given
        List<StorageReach> told = new CopyOnWriteArrayList<>();
        BookKeeperLogEngine engine = engines.engine(
                SmallSettings.with(64 << 10, 1 << 20, 1 << 20), Clock.systemUTC(), (reach, proof) -> told.add(reach));
        PartitionLog log = claimed(engine, 1);
        get(log.append(batch("v0"), Acks.ALL));
        // when
        bookies.bookie(1).stop();
        bookies.bookie(2).stop();
        CompletionStage<AppendResult> sent = log.append(batch("v1"), Acks.ALL);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> told.contains(StorageReach.IMPAIRED));
        CompletionStage<AppendResult> waiting = log.append(batch("v2"), Acks.ALL);
        CompletionStage<Void> closed = log.close();
        // then
        Awaitility.await().atMost(Duration.ofSeconds(1)).until(() -> closed.toCompletableFuture()
                .isDone());
        assertThat(codeOf(sent)).isNotNull();
        assertThat(codeOf(waiting)).isEqualTo(ErrorCode.NOT_OWNER);
        bookies.startAll();
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(told)
                .containsExactly(StorageReach.IMPAIRED, StorageReach.RECOVERING, StorageReach.ABLE));
        assertThat(engine.status()).isInstanceOf(EngineStatus.Writable.class);
        PartitionLog next = claimed(engines.engine(), 2);
        assertThat(all(next).get(0)).isEqualTo("0:v0");
    }

    @Test
    void provesWhatItCanStoreAndLeavesNoLedgerBehind() {
        // given
        List<Long> proofs = new CopyOnWriteArrayList<>();
        BookKeeperLogEngine engine =
                engines.engine(BookKeeperSettings.DEFAULTS, Clock.systemUTC(), (reach, proof) -> proofs.add(proof));
        // when
        engine.prove(7);
        // then
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(proofs)
                .containsExactly(7L));
        try (Ledgers ledgers = bookies.ledgers()) {
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> ledgers.all().stream()
                    .noneMatch(id -> isProbe(ledgers, id)));
        }
    }

    private static boolean isProbe(Ledgers ledgers, long ledgerId) {
        try {
            return ledgers.metadata(ledgerId).join().getCustomMetadata().containsKey("purpose");
        } catch (CompletionException deleted) {
            return false;
        }
    }

    @Test
    void failsInBoundedTimeWithTooFewBookiesAndLeavesNoGap() {
        // given
        BookKeeperLogEngine engine = engines.engine(SmallSettings.with(64 << 10, 1 << 20, 1 << 20));
        PartitionLog log = claimed(engine, 1);
        get(log.append(batch("v0"), Acks.ALL));
        // when
        bookies.bookie(1).stop();
        bookies.bookie(2).stop();
        ErrorCode code = codeOf(log.append(batch("v1"), Acks.ALL));
        // then
        assertThat(code).isEqualTo(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(engine.status()).isInstanceOf(EngineStatus.ReadOnly.class);
        bookies.startAll();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> get(log.append(batch("w"), Acks.ALL)) != null);
        assertThat(log.endOffset()).isEqualTo(log.highWatermark());
        assertThat(all(log)).hasSize((int) log.highWatermark());
        assertThat(engine.status()).isInstanceOf(EngineStatus.Writable.class);
    }
}
