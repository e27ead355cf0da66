package io.barnabas.group;

/** Where the coordinator sets its alarms. Thread-safe; a task must not block. */
public interface Timers {
    /**
     * Runs {@code task} once after {@code delayMs}, at once when that is not positive, but never inside this call.
     * After the timers have stopped nothing is run.
     */
    Alarm schedule(long delayMs, Runnable task);

    /** A set alarm; cancelling one that has rung, or twice, is fine. */
    interface Alarm {
        void cancel();
    }
}
