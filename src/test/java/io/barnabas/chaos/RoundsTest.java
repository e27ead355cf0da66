package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicInteger turn = new AtomicInteger();
    private final Rounds rounds = new Rounds(3, turn::getAndIncrement, clock::nanoTime);

    @Test
    void asksEveryNodeInItsTurn() {
        // when
        List<Integer> asked = next(6);

        // then
        assertThat(asked).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void leavesOutANodeThatGaveNoAnswer() {
        // given
        rounds.silent(1);
        clock.advance(Rounds.LEFT_OUT.minusMillis(1));

        // when
        List<Integer> asked = next(6);

        // then
        assertThat(asked).containsExactly(0, 2, 2, 0, 2, 2);
    }

    @Test
    void asksANodeAgainThatWasLeftOutForAWhile() {
        // given
        rounds.silent(1);
        clock.advance(Rounds.LEFT_OUT);

        // when
        List<Integer> asked = next(3);

        // then
        assertThat(asked).containsExactly(0, 1, 2);
    }

    @Test
    void leavesOutEachNodeForItself() {
        // given
        rounds.silent(0);
        clock.advance(Duration.ofSeconds(5));
        rounds.silent(2);
        clock.advance(Duration.ofSeconds(5));

        // when
        List<Integer> asked = next(3);

        // then
        assertThat(asked).containsExactly(0, 1, 0);
    }

    @Test
    void asksNodesInTheirTurnWhenNoneAnswers() {
        // given
        IntStream.range(0, 3).forEach(rounds::silent);

        // when
        List<Integer> asked = next(3);

        // then
        assertThat(asked).containsExactly(0, 1, 2);
    }

    @Test
    void goesOnWithANodeThatAnswersAgain() {
        // given
        IntStream.range(0, 3).forEach(rounds::silent);
        rounds.answered(1);

        // when
        List<Integer> asked = next(3);

        // then
        assertThat(asked).containsExactly(1, 1, 1);
    }

    private List<Integer> next(int count) {
        return IntStream.range(0, count).mapToObj(call -> rounds.next()).toList();
    }
}
