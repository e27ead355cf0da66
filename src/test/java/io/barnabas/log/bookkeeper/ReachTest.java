package io.barnabas.log.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.StorageReach;
import org.junit.jupiter.api.Test;

class ReachTest {
    private static final long IMPAIRED_AFTER_MS = 3_000;
    private static final long RECOVERED_AFTER_MS = 10_000;

    @Test
    void aFailureIsADoubtThatOneSuccessEnds() {
        // given
        Reach doubting = new Reach.Able().doubted(100);
        // then
        assertThat(doubting).isEqualTo(new Reach.Doubting(100));
        assertThat(doubting.told()).isEqualTo(StorageReach.ABLE);
        assertThat(doubting.doubted(900)).as("counts from the first failure").isEqualTo(doubting);
        assertThat(doubting.stored(3_200, RECOVERED_AFTER_MS)).isEqualTo(new Reach.Able());
    }

    @Test
    void nothingStoredForLongEnoughIsAnImpairment() {
        // given
        Reach doubting = new Reach.Doubting(100);
        // then
        assertThat(doubting.failed(3_099, IMPAIRED_AFTER_MS)).isEqualTo(doubting);
        assertThat(doubting.failed(3_100, IMPAIRED_AFTER_MS)).isEqualTo(new Reach.Impaired());
        assertThat(new Reach.Able().failed(9_000, IMPAIRED_AFTER_MS)).isEqualTo(new Reach.Doubting(9_000));
    }

    @Test
    void comesBackOnlyAfterEveryAttemptHasWorkedForAWhile() {
        // given
        Reach recovering = new Reach.Impaired().stored(5_000, RECOVERED_AFTER_MS);
        // then
        assertThat(recovering.told()).isEqualTo(StorageReach.RECOVERING);
        assertThat(recovering.stored(14_999, RECOVERED_AFTER_MS)).isEqualTo(recovering);
        assertThat(recovering.failed(14_999, IMPAIRED_AFTER_MS)).isEqualTo(new Reach.Impaired());
        assertThat(recovering.stored(15_000, RECOVERED_AFTER_MS)).isEqualTo(new Reach.Able());
    }
}
