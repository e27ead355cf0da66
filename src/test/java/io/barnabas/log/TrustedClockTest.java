package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrustedClockTest {
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final TrustedClock clock = new TrustedClock(1_000_000, 0, HOUR_MS);

    private static long nanos(long ms) {
        return Duration.ofMillis(ms).toNanos();
    }

    @Test
    void followsAClockThatGoesAsTimeDoes() {
        assertThat(clock.nowMs(1_000_000 + 5_000, nanos(5_000))).isEqualTo(1_005_000);
        assertThat(clock.nowMs(1_000_000 + DAY_MS, nanos(DAY_MS))).isEqualTo(1_000_000 + DAY_MS);
    }

    @Test
    void isHeldBackWhileAJumpAheadIsYoung() {
        // when
        long atJump = clock.nowMs(1_000_000 + 365 * DAY_MS, nanos(10_000));
        long later = clock.nowMs(1_000_000 + 365 * DAY_MS + HOUR_MS / 2, nanos(10_000 + HOUR_MS / 2));
        // then
        assertThat(atJump).isEqualTo(1_010_000);
        assertThat(later).isEqualTo(1_010_000 + HOUR_MS / 2);
    }

    @Test
    void believesAJumpAheadThatLasts() {
        // given
        long jumped = clock.nowMs(1_000_000 + DAY_MS, nanos(0));
        // when
        long lasting = clock.nowMs(1_000_000 + DAY_MS + HOUR_MS, nanos(HOUR_MS));
        // then
        assertThat(jumped).isEqualTo(1_000_000);
        assertThat(lasting).isEqualTo(1_000_000 + DAY_MS + HOUR_MS);
    }

    @Test
    void forgetsAJumpThatWasTakenBack() {
        // given
        clock.nowMs(1_000_000 + DAY_MS, nanos(0));
        clock.nowMs(1_000_000 + HOUR_MS / 2, nanos(HOUR_MS / 2));
        // when
        long again = clock.nowMs(1_000_000 + DAY_MS + HOUR_MS, nanos(HOUR_MS));
        // then
        assertThat(again).isEqualTo(1_000_000 + HOUR_MS);
    }

    @Test
    void believesAClockThatGoesBackAtOnce() {
        assertThat(clock.nowMs(500_000, nanos(1_000))).isEqualTo(500_000);
        assertThat(clock.nowMs(501_000, nanos(2_000))).isEqualTo(501_000);
    }
}
