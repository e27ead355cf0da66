package io.barnabas.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void spreadsRecordsEvenlyOverTimeProducersInTurn() {
        // given
        Schedule schedule = new Schedule(() -> 99, 1_000, 2, 4);
        // when / then
        assertThat(schedule.dueNanos(0, 0)).isEqualTo(1_000);
        assertThat(schedule.dueNanos(1, 0)).isEqualTo(250_001_000);
        assertThat(schedule.dueNanos(0, 1)).isEqualTo(500_001_000);
        assertThat(schedule.dueNanos(1, 2_000_000)).isEqualTo(1_000_000_250_001_000L);
    }

    @Test
    void doesNotMoveWithTheClock() {
        // given
        long[] now = {0};
        Schedule schedule = new Schedule(() -> now[0], 0, 1, 1_000);
        // when
        now[0] = 5_000_000_000L;
        // then
        assertThat(schedule.dueNanos(0, 1)).isEqualTo(1_000_000);
    }

    @Test
    void isDueNowWhenFlatOut() {
        assertThat(new Schedule(() -> 77, 1_000, 1, 0).dueNanos(0, 5)).isEqualTo(77);
    }
}
