package io.barnabas.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialQueueTest {
    private final Deque<Runnable> executed = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();
    private final SerialQueue queue = new SerialQueue(executed::add, 2, "queue");

    @Test
    void refusesWhatIsOverItsBoundButNotItsOwn() {
        // given
        queue.offer(() -> done.add(1));
        queue.offer(() -> done.add(2));
        // when, then
        assertThatThrownBy(() -> queue.offer(() -> done.add(3)))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        queue.insert(() -> done.add(4));
        assertThat(executed).hasSize(1);
        executed.remove().run();
        assertThat(done).containsExactly(1, 2, 4);
        queue.offer(() -> done.add(5));
        assertThat(executed).hasSize(1);
    }

    @Test
    void goesOnAfterATaskThatFails() {
        // given
        queue.offer(() -> {
            throw new IllegalStateException("planted");
        });
        queue.offer(() -> done.add(2));
        // when
        executed.remove().run();
        // then
        assertThat(done).containsExactly(2);
    }

    @Test
    void runsOneTaskAtATimeInOrderOnManyThreads() throws InterruptedException {
        // given
        ExecutorService threads = Executors.newFixedThreadPool(4);
        SerialQueue shared = new SerialQueue(threads, 100_000, "shared");
        AtomicInteger running = new AtomicInteger();
        List<Integer> most = new ArrayList<>();
        // when
        IntStream.range(0, 20_000)
                .forEach(i -> shared.offer(() -> {
                    most.add(running.incrementAndGet());
                    done.add(i);
                    running.decrementAndGet();
                }));
        shared.insert(threads::shutdown);
        // then
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(most).hasSize(20_000).containsOnly(1);
        assertThat(done).isSorted();
    }
}
