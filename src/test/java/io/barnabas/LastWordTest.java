package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LastWordTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long LONG_MS = 60_000;

    private final List<String> output = new CopyOnWriteArrayList<>();
    private final EndingProcess process = new EndingProcess();

    /** Runs its hooks when it ends, as the JVM does. */
    private static final class EndingProcess implements LastWord.Hooks {
        private final List<Thread> hooks = new ArrayList<>();
        private boolean ends;

        @Override
        public synchronized void add(Thread hook) {
            check();
            hooks.add(hook);
        }

        @Override
        public synchronized void remove(Thread hook) {
            check();
            hooks.remove(hook);
        }

        private void check() {
            if (ends) {
                throw new IllegalStateException("Shutdown in progress");
            }
        }

        synchronized List<Thread> end() {
            ends = true;
            hooks.forEach(Thread::start);
            return List.copyOf(hooks);
        }
    }

    private LastWord lastWord(long maxWaitMs) {
        return new LastWord("the end", output::add, process, maxWaitMs);
    }

    @Test
    void comesAfterWhatTheServerPrintsWhenItHasStoppedTheApplication() throws InterruptedException {
        // given
        LastWord lastWord = lastWord(LONG_MS);
        lastWord.keep();
        List<Thread> hooks = process.end();
        CountDownLatch printing = new CountDownLatch(1);
        Thread server = new Thread(() -> {
            lastWord.say();
            awaitQuietly(printing);
            output.add("the server's line");
        });
        server.start();
        // when
        await().atMost(TIMEOUT).until(() -> hooks.get(0).getState() == Thread.State.TIMED_WAITING);
        assertThat(output).isEmpty();
        printing.countDown();
        hooks.get(0).join(TIMEOUT.toMillis());
        // then
        assertThat(output).containsExactly("the server's line", "the end");
    }

    @Test
    void comesAtOnceWhenTheProcessGoesOnWithoutTheApplication() {
        // given
        LastWord lastWord = lastWord(LONG_MS);
        lastWord.keep();
        // when
        lastWord.say();
        // then
        assertThat(output).containsExactly("the end");
        assertThat(process.end()).isEmpty();
    }

    @Test
    void comesAtOnceWhenTheProcessEndsBeforeItWasKept() {
        // given
        LastWord lastWord = lastWord(LONG_MS);
        process.end();
        lastWord.keep();
        // when
        lastWord.say();
        // then
        assertThat(output).containsExactly("the end");
    }

    @Test
    void holdsNoProcessUpThatNobodyStops() throws InterruptedException {
        // given
        LastWord lastWord = lastWord(1);
        lastWord.keep();
        List<Thread> hooks = process.end();
        // when
        hooks.get(0).join(TIMEOUT.toMillis());
        // then
        assertThat(hooks.get(0).isAlive()).isFalse();
        assertThat(output).isEmpty();
        lastWord.say();
        assertThat(output).as("said late").containsExactly("the end");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
