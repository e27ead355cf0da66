package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {
    private final List<String> events = new ArrayList<>();

    @Test
    void startsInOrderAndStopsInReverse() {
        // given
        Parts parts = new Parts(List.of(part("disk"), part("cluster"), part("broker")));
        // when
        parts.start();
        assertThat(parts.phase()).isEqualTo(Parts.Phase.SERVING);
        parts.stop();
        // then
        assertThat(events).containsExactly("+disk", "+cluster", "+broker", "-broker", "-cluster", "-disk");
        assertThat(parts.phase()).isEqualTo(Parts.Phase.STOPPED);
    }

    @Test
    void undoesWhatHadStartedWhenAPartFails() {
        // given
        Part failing = new Part("cluster", () -> failWith("no quorum"), () -> events.add("-cluster"));
        Parts parts = new Parts(List.of(part("disk"), failing, part("broker")));
        // when
        assertThatThrownBy(parts::start)
                .isInstanceOf(Parts.StartFailed.class)
                .hasMessage("cannot start cluster: no quorum");
        // then
        assertThat(events).containsExactly("+disk", "-disk");
        assertThat(parts.phase()).isEqualTo(Parts.Phase.FAILED);
    }

    @Test
    void stopsTheOthersWhenAPartDoesNotStop() {
        // given
        Part stuck = new Part("cluster", () -> events.add("+cluster"), () -> failWith("gone"));
        Parts parts = new Parts(List.of(part("disk"), stuck, part("broker")));
        parts.start();
        // when
        parts.stop();
        // then
        assertThat(events).containsExactly("+disk", "+cluster", "+broker", "-broker", "-disk");
    }

    @Test
    void startsAndStopsOnceHoweverOftenItIsTold() {
        // given
        Parts parts = new Parts(List.of(part("disk")));
        // when
        parts.start();
        parts.start();
        parts.stop();
        parts.stop();
        // then
        assertThat(events).containsExactly("+disk", "-disk");
    }

    private Part part(String name) {
        return new Part(name, () -> events.add("+" + name), () -> events.add("-" + name));
    }

    private static void failWith(String message) {
        throw new IllegalStateException(message);
    }
}
