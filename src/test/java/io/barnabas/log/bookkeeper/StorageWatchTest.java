package io.barnabas.log.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogEvents;
import io.barnabas.log.StorageReach;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.ManualClock;
import io.barnabas.testing.ManualScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class StorageWatchTest {
    private static final BookKeeperSettings SETTINGS = BookKeeperSettings.DEFAULTS;
    private static final Duration IMPAIRED_AFTER = Duration.ofMillis(SETTINGS.impairedAfterMs());
    private static final Duration RECOVERED_AFTER = Duration.ofMillis(SETTINGS.recoveredAfterMs());
    private static final Duration INTERVAL = Duration.ofMillis(SETTINGS.probeIntervalMs());

    private final ManualClock clock = new ManualClock();
    private final ManualScheduler timers = new ManualScheduler(clock);
    private final StorageHealth health = new StorageHealth(LogEvents.NONE);
    private final List<CompletableFuture<Void>> attempts = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final StorageWatch watch = new StorageWatch(
            SETTINGS,
            health,
            this::attempt,
            clock::nanoTime,
            (delayMs, work) -> timers.schedule(delayMs, work),
            (reach, proof) -> told.add(reach + " " + proof));

    private CompletionStage<Void> attempt() {
        attempts.add(new CompletableFuture<>());
        return attempts.get(attempts.size() - 1);
    }

    @Test
    void triesNothingWithoutReason() {
        // when
        pass(Duration.ofHours(1));
        // then
        assertThat(attempts).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aDoubtThatAnAttemptRefutesIsNobodysConcern() {
        // when
        doubt();
        succeed();
        pass(Duration.ofHours(1));
        // then
        assertThat(attempts).hasSize(1);
        assertThat(told).isEmpty();
    }

    @Test
    void saysThatItIsImpairedWhenNothingWasStoredForLongEnough() {
        // given
        doubt();
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(told).isEmpty();
        // when
        pass(IMPAIRED_AFTER);
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        // then
        assertThat(told).containsExactly("IMPAIRED 0");
        assertThat(health.impaired()).isTrue();
        assertThat(health.status()).isInstanceOf(EngineStatus.ReadOnly.class);
    }

    @Test
    void aLogThatStoresMeanwhileCountsForMoreThanAnAttemptThatFails() {
        // given
        doubt();
        pass(IMPAIRED_AFTER);
        // when
        health.stored(clock.nanoTime());
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        // then
        pass(Duration.ofHours(1));
        assertThat(attempts).hasSize(1);
        assertThat(told).isEmpty();
    }

    @Test
    void aMissingZooKeeperSaysNothingOfBookies() {
        // given
        doubt();
        // when
        for (int i = 0; i < 10; i++) {
            fail(ErrorCode.ZOOKEEPER_UNAVAILABLE);
            pass(INTERVAL);
        }
        // then
        assertThat(told).isEmpty();
        assertThat(attempts).hasSize(11);
    }

    @Test
    void findsOutByItselfThatItStoresAgainAndWaitsUntilThatHasHeld() {
        // given
        becomeImpaired();
        // when
        pass(INTERVAL);
        succeed();
        assertThat(told).endsWith("RECOVERING 0");
        assertThat(health.status()).isInstanceOf(EngineStatus.Writable.class);
        for (Duration held = Duration.ZERO; held.compareTo(RECOVERED_AFTER) < 0; held = held.plus(INTERVAL)) {
            assertThat(told).hasSize(2);
            pass(INTERVAL);
            succeed();
        }
        // then
        assertThat(told).containsExactly("IMPAIRED 0", "RECOVERING 0", "ABLE 0");
        int then = attempts.size();
        pass(Duration.ofHours(1));
        assertThat(attempts).hasSize(then);
    }

    @Test
    void isImpairedAtOnceAgainWhenAnAttemptFailsBeforeThatHasHeld() {
        // given
        becomeImpaired();
        pass(INTERVAL);
        succeed();
        // when
        pass(INTERVAL);
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        // then
        assertThat(told).containsExactly("IMPAIRED 0", "RECOVERING 0", "IMPAIRED 0");
    }

    @Test
    void provesThatItStoresByAnAttemptThatBeganAfterItWasAsked() {
        // given: one is under way
        doubt();
        // when
        watch.prove(7);
        pass(Duration.ZERO);
        succeed();
        // then
        assertThat(told).isEmpty();
        assertThat(attempts).hasSize(2);
        succeed();
        assertThat(told).containsExactly("ABLE 7");
        watch.prove(7);
        pass(Duration.ofHours(1));
        assertThat(attempts).hasSize(2);
    }

    @Test
    void aNodeThatCannotProveThatItStoresIsImpairedToo() {
        // given
        watch.prove(7);
        pass(Duration.ZERO);
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        // when
        pass(IMPAIRED_AFTER);
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        // then
        assertThat(told).containsExactly("IMPAIRED 0");
        pass(INTERVAL);
        succeed();
        assertThat(told).containsExactly("IMPAIRED 0", "RECOVERING 7");
    }

    private void becomeImpaired() {
        doubt();
        pass(IMPAIRED_AFTER);
        fail(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(health.reach()).isEqualTo(StorageReach.IMPAIRED);
    }

    private void doubt() {
        health.failed(new BarnabasException(ErrorCode.NOT_ENOUGH_REPLICAS, "a ledger failed"));
        pass(Duration.ZERO);
    }

    private void succeed() {
        newest().complete(null);
        pass(Duration.ZERO);
    }

    private void fail(ErrorCode code) {
        newest().completeExceptionally(new BarnabasException(code, "tried in vain"));
        pass(Duration.ZERO);
    }

    private CompletableFuture<Void> newest() {
        return attempts.get(attempts.size() - 1);
    }

    private void pass(Duration time) {
        timers.advance(time);
    }
}
