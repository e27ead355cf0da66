package io.barnabas.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    @Test
    void dealsEachTopicsRecordsInTurn() {
        // given
        RoundRobin turns = new RoundRobin();
        List<Integer> orders = new ArrayList<>();
        List<Integer> bills = new ArrayList<>();
        // when
        for (int i = 0; i < 4; i++) {
            orders.add(turns.next("orders", 3));
            bills.add(turns.next("bills", 2));
        }
        // then
        assertThat(orders).containsExactly(0, 1, 2, 0);
        assertThat(bills).containsExactly(0, 1, 0, 1);
    }

    @Test
    void startsWhereItIsToldAndAgainOnceForgotten() {
        // given
        RoundRobin turns = new RoundRobin(topic -> -1);
        // when
        int first = turns.next("orders", 3);
        int second = turns.next("orders", 3);
        turns.forget("orders");
        // then
        assertThat(List.of(first, second, turns.next("orders", 3))).containsExactly(2, 0, 2);
    }

    @Test
    void givesNoTurnTwiceWhenManyThreadsAsk() {
        // given
        RoundRobin turns = new RoundRobin();
        AtomicIntegerArray dealt = new AtomicIntegerArray(5);
        // when
        IntStream.range(0, 50_000).parallel().forEach(i -> dealt.incrementAndGet(turns.next("orders", 5)));
        // then
        assertThat(IntStream.range(0, 5).map(dealt::get)).containsOnly(10_000);
    }

    @Test
    void refusesATopicWithoutPartitions() {
        // given
        RoundRobin turns = new RoundRobin();
        // when, then
        assertThatThrownBy(() -> turns.next("orders", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
