package io.barnabas.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DoorwayTest {
    private static final long LONG_MS = 60_000;

    private final Doorway door = new Doorway();

    @Test
    void letsNobodyInBeforeItIsOpened() throws Exception {
        // when
        Doorway.Phase met = door.enter();
        // then
        assertThat(met).isEqualTo(Doorway.Phase.STARTING);
        assertThat(door.shut(LONG_MS)).as("inside").isZero();
    }

    @Test
    void knowsWhetherAnybodyHasComeYet() {
        assertThat(door.reached()).isFalse();
        door.reach();
        assertThat(door.reached()).isTrue();
    }

    @Test
    void waitsForThoseInsideAndLetsNobodyElseInWhenItIsShut() throws Exception {
        // given
        door.open();
        assertThat(door.enter()).isEqualTo(Doorway.Phase.OPEN);
        door.leaving();
        assertThat(door.enter()).isEqualTo(Doorway.Phase.LEAVING);
        // when
        CompletableFuture<Integer> shut = CompletableFuture.supplyAsync(() -> shut(LONG_MS));
        await().atMost(Duration.ofSeconds(10)).until(() -> door.phase() == Doorway.Phase.SHUT);
        // then
        assertThat(door.enter()).isEqualTo(Doorway.Phase.SHUT);
        door.left();
        assertThat(shut).isNotDone();
        door.left();
        assertThat(shut).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(0);
    }

    @Test
    void tellsHowManyItDidNotWaitForWhenTheTimeIsOver() throws Exception {
        // given
        door.open();
        door.enter();
        // when
        int inside = door.shut(1);
        // then
        assertThat(inside).isEqualTo(1);
    }

    private int shut(long waitMs) {
        try {
            return door.shut(waitMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
