package io.barnabas.log;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what was written to all logs since the last checkpoint began and asks for the next one when it is much: what a
 * start after a crash has to check is bounded by it, as far as the disk keeps up. Thread-safe.
 */
final class Unflushed {
    private final long most;
    private final Runnable checkpoint;
    private final AtomicLong bytes = new AtomicLong();

    /** @param checkpoint called again and again while there is too much; must be cheap */
    Unflushed(long most, Runnable checkpoint) {
        this.most = most;
        this.checkpoint = checkpoint;
    }

    void wrote(long count) {
        if (bytes.addAndGet(count) >= most) {
            checkpoint.run();
        }
    }

    /** A checkpoint begins: it flushes all that was counted. */
    void begun() {
        bytes.set(0);
    }
}
