package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which plan of the leading node is written when several are made before one can be. */
class NewestPlanTest {
    private static final ControllerPlan OLD = new ControllerPlan(List.of(), Set.of(UUID.randomUUID()));
    private static final ControllerPlan NEW = new ControllerPlan(List.of(), Set.of(UUID.randomUUID()));
    private static final ControllerPlan NOTHING = new ControllerPlan(List.of(), Set.of());

    private final NewestPlan newest = new NewestPlan();

    @Test
    void writesTheNewerPlanWhenItComesBeforeTheOlderIsTaken() {
        // given
        assertThat(newest.offer(OLD)).isTrue();
        // when
        boolean call = newest.offer(NEW);
        // then
        assertThat(call).isFalse();
        assertThat(newest.take()).contains(NEW);
        assertThat(newest.take()).isEmpty();
    }

    @Test
    void callsAgainForAPlanThatComesWhileTheOlderIsWritten() {
        // given
        newest.offer(OLD);
        newest.take();
        // when
        boolean call = newest.offer(NEW);
        // then
        assertThat(call).isTrue();
        assertThat(newest.take()).contains(NEW);
    }

    @Test
    void writesNothingWhenTheNewestStateNeedsNothing() {
        // given
        newest.offer(OLD);
        // when
        boolean call = newest.offer(NOTHING);
        // then
        assertThat(call).isFalse();
        assertThat(newest.take()).isEmpty();
        assertThat(newest.offer(NEW)).isTrue();
    }
}
