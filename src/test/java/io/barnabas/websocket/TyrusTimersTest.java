package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TyrusTimersTest {
    private final TyrusTimers timers = new TyrusTimers();

    @Test
    void givesTheSessionASchedulerThatDoesNothing() {
        Session session = new Session();
        boolean removed = timers.remove(session);
        assertThat(removed).isTrue();
        assertThat(session.scheduler()
                        .schedule(() -> {}, 0, TimeUnit.MILLISECONDS)
                        .isDone())
                .isFalse();
    }

    @Test
    void leavesASessionWithoutTheFieldAlone() {
        assertThat(timers.remove(new Object())).isFalse();
    }

    @Test
    void leavesAFieldOfAnotherTypeAlone() {
        Other other = new Other();
        assertThat(timers.remove(other)).isFalse();
        assertThat(other.service).isEqualTo("mine");
    }

    private static class Base {
        @SuppressWarnings("UnusedVariable") // found by its name
        private ScheduledExecutorService service;

        ScheduledExecutorService scheduler() {
            return service;
        }
    }

    private static final class Session extends Base {}

    private static final class Other {
        private final String service = "mine";
    }
}
