package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private final AtomicLong now = new AtomicLong(7);
    private final Throttle throttle = new Throttle(1_000, now::get, now::addAndGet);

    @Test
    void takesAsLongAsTheBytesMayTake() {
        // when
        for (int i = 0; i < 50; i++) {
            throttle.moved(100, () -> false);
        }
        // then
        assertThat(now.get() - 7).isEqualTo(Duration.ofSeconds(5).toNanos());
    }

    @Test
    void savesUpNoMoreThanASecond() {
        // given
        now.addAndGet(Duration.ofHours(1).toNanos());
        long start = now.get();
        // when
        throttle.moved(3_000, () -> false);
        // then
        assertThat(now.get() - start).isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void doesNotHoldBackWorkThatIsGivenUp() {
        // when
        throttle.moved(Long.MAX_VALUE / 2, () -> true);
        // then
        assertThat(now.get()).isEqualTo(7);
    }
}
