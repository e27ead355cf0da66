package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final List<Integer> ran = new ArrayList<>();

    @Test
    void takesOnePlaceInThePoolForManyTasks() {
        SerialExecutor turns = new SerialExecutor(pool::add);
        for (int i = 0; i < 10; i++) {
            int number = i;
            turns.execute(() -> ran.add(number));
        }
        assertThat(pool).hasSize(1);
        pool.remove().run();
        assertThat(ran).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(pool).isEmpty();
    }

    @Test
    void letsOthersRunAfterAWhile() {
        SerialExecutor turns = new SerialExecutor(pool::add);
        for (int i = 0; i < 100; i++) {
            turns.execute(() -> ran.add(0));
        }
        pool.remove().run();
        assertThat(ran).hasSizeLessThan(100);
        assertThat(pool).hasSize(1);
        pool.remove().run();
        assertThat(ran).hasSize(100);
    }

    @Test
    void goesOnAfterATaskThatFails() {
        SerialExecutor turns = new SerialExecutor(Runnable::run);
        turns.execute(() -> {
            throw new IllegalStateException("on purpose");
        });
        turns.execute(() -> ran.add(1));
        assertThat(ran).containsExactly(1);
    }

    @Test
    void runsTasksOfManyThreadsOneAtATime() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        int tasks = 10_000;
        CountDownLatch done = new CountDownLatch(tasks);
        try {
            SerialExecutor turns = new SerialExecutor(threads);
            for (int i = 0; i < tasks; i++) {
                threads.execute(() -> turns.execute(() -> {
                    ran.add(0); // an ArrayList: it would break if two ran at once
                    done.countDown();
                }));
            }
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ran).hasSize(tasks);
        } finally {
            threads.shutdownNow();
        }
    }
}
