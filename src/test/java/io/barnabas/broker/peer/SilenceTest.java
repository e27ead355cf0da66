package io.barnabas.broker.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long BEGUN_NANOS = Long.MAX_VALUE - LIMIT_NANOS / 2; // the clock may pass its greatest number

    private final Silence silence = new Silence(10_000, BEGUN_NANOS);

    @Test
    void beginsOnceADoubtedNodeWasNotHeardForItsLimit() {
        // given
        silence.doubt();
        // when
        boolean tooSoon = silence.unanswered(BEGUN_NANOS + LIMIT_NANOS - 1);
        boolean begins = silence.unanswered(BEGUN_NANOS + LIMIT_NANOS);
        // then
        assertThat(tooSoon).isFalse();
        assertThat(begins).isTrue();
        assertThat(silence.lasts()).isTrue();
        assertThat(silence.unanswered(BEGUN_NANOS + LIMIT_NANOS)).isFalse();
    }

    @Test
    void doesNotBeginWithoutADoubt() {
        // when
        boolean begins = silence.unanswered(BEGUN_NANOS + 2 * LIMIT_NANOS);
        // then
        assertThat(begins).isFalse();
        assertThat(silence.lasts()).isFalse();
    }

    @Test
    void isDoubtedOnceUntilSomethingIsHeard() {
        // given
        silence.doubt();
        // when
        boolean again = silence.doubt();
        // then
        assertThat(again).isFalse();
        assertThat(silence.heard(BEGUN_NANOS + 1)).isFalse();
        assertThat(silence.doubted()).isFalse();
        assertThat(silence.doubt()).isTrue();
    }

    @Test
    void endsWithTheNextAnswer() {
        // given
        silence.doubt();
        silence.unanswered(BEGUN_NANOS + LIMIT_NANOS);
        // when
        boolean ends = silence.heard(BEGUN_NANOS + LIMIT_NANOS + 1);
        // then
        assertThat(ends).isTrue();
        assertThat(silence.lasts()).isFalse();
        assertThat(silence.lengthMs(BEGUN_NANOS + 3 * LIMIT_NANOS)).isZero();
    }

    @Test
    void hasALengthFromWhatWasHeardLast() {
        // given
        silence.doubt();
        silence.unanswered(BEGUN_NANOS + LIMIT_NANOS);
        // when
        long lengthMs = silence.lengthMs(BEGUN_NANOS + 2 * LIMIT_NANOS);
        // then
        assertThat(lengthMs).isEqualTo(20_000);
    }
}
