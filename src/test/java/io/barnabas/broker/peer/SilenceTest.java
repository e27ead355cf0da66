package io.barnabas.broker.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BEGUN_NANOS = Long.MAX_VALUE - LIMIT_NANOS / 2; // the clock may pass its greatest number

    private final Silence silence = new Silence(10_000, BEGUN_NANOS);

    @Test
    void lastsOnceNothingWasHeardForItsLimit() {
        // when
        long left = silence.unanswered(BEGUN_NANOS + LIMIT_NANOS - 1);
        // then
        assertThat(left).isEqualTo(1);
        assertThat(silence.lasts()).isFalse();
        assertThat(silence.unanswered(BEGUN_NANOS + LIMIT_NANOS)).isZero();
        assertThat(silence.lasts()).isTrue();
    }

    @Test
    void isNoneAsLongAsSomethingElseIsHeard() {
        // given
        silence.heard(BEGUN_NANOS + LIMIT_NANOS - 1);
        // when
        long left = silence.unanswered(BEGUN_NANOS + LIMIT_NANOS);
        // then
        assertThat(left).isEqualTo(LIMIT_NANOS - 1);
        assertThat(silence.lasts()).isFalse();
    }

    @Test
    void endsWithTheNextAnswer() {
        // given
        silence.unanswered(BEGUN_NANOS + LIMIT_NANOS);
        // when
        silence.heard(BEGUN_NANOS + LIMIT_NANOS + 1);
        // then
        assertThat(silence.lasts()).isFalse();
        assertThat(silence.lengthMs(BEGUN_NANOS + 3 * LIMIT_NANOS)).isZero();
    }

    @Test
    void hasALengthFromWhatWasHeardLast() {
        // given
        silence.unanswered(BEGUN_NANOS + LIMIT_NANOS);
        // when
        long lengthMs = silence.lengthMs(BEGUN_NANOS + 2 * LIMIT_NANOS);
        // then
        assertThat(lengthMs).isEqualTo(20_000);
    }
}
