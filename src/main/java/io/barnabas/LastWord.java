package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A line that is the last one of a process. The server prints a line of its own, without a logger, after it has stopped
 * the application; so this one is left to a hook of the JVM that waits for the server's.
 *
 * <pre>
 *   hook of the server    stops the application            goes on stopping, prints, ends
 *                            | {@link #say}                                              |
 *   hook of this          waits for that -----------------------> waits for that thread -> prints
 * </pre>
 *
 * <p>Where the application stops and the process goes on, and where the process ends before it was {@link #keep kept}, the
 * line is printed at once. Both waits have a limit: a process ends, with or without a last word.
 */
final class LastWord {
    private static final long MAX_WAIT_MS = 10_000;

    /** The JVM's hooks. */
    interface Hooks {
        /** Of this process. */
        static Hooks ofProcess() {
            return new Hooks() {
                @Override
                public void add(Thread hook) {
                    Runtime.getRuntime().addShutdownHook(hook);
                }

                @Override
                public void remove(Thread hook) {
                    Runtime.getRuntime().removeShutdownHook(hook);
                }
            };
        }

        /** Fails with an IllegalStateException when the process ends already. */
        void add(Thread hook);

        /** Fails with an IllegalStateException when the process ends already. */
        void remove(Thread hook);
    }

    private final String word;
    private final Consumer<String> output;
    private final Hooks hooks;
    private final long maxWaitMs;
    private final Thread hook = new Thread(this::sayAtTheEnd, "barnabas-last-word");
    private final CountDownLatch said = new CountDownLatch(1);

    /** Whether the hook is there and has not given up; guarded by this, for the application's thread and the hook's. */
    private boolean kept;

    /** Who said it; guarded as {@link #kept}. */
    private Thread speaker;

    LastWord(String word, Consumer<String> output) {
        this(word, output, Hooks.ofProcess(), MAX_WAIT_MS);
    }

    LastWord(String word, Consumer<String> output, Hooks hooks, long maxWaitMs) {
        this.word = requireNonNull(word, "word");
        this.output = requireNonNull(output, "output");
        this.hooks = requireNonNull(hooks, "hooks");
        this.maxWaitMs = maxWaitMs;
    }

    /** From now on it comes at the end of the process, if that ends with the application. */
    synchronized void keep() {
        try {
            hooks.add(hook);
            kept = true;
        } catch (IllegalStateException e) {
            kept = false; // the process ends already
        }
    }

    /** On the thread that stops the application. */
    void say() {
        if (!isLeftToTheEnd()) {
            output.accept(word);
        }
    }

    private synchronized boolean isLeftToTheEnd() {
        if (!kept) {
            return false;
        }
        kept = false;
        try {
            hooks.remove(hook);
            return false;
        } catch (IllegalStateException e) { // the process ends, and the hook runs
            speaker = Thread.currentThread();
            said.countDown();
            return true;
        }
    }

    private void sayAtTheEnd() {
        try {
            if (said.await(maxWaitMs, TimeUnit.MILLISECONDS) || !givesUp()) {
                speaker().join(maxWaitMs);
                output.accept(word);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Unless it is said at this very moment. */
    private synchronized boolean givesUp() {
        kept = false;
        return speaker == null;
    }

    private synchronized Thread speaker() {
        return speaker;
    }
}
