package io.barnabas.testing;

import io.barnabas.group.Timers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Alarms that ring when {@link #advance} passes them, in order, with the clock standing at each one's time. Thread-safe;
 * alarms ring on the thread that advances.
 */
public final class ManualScheduler implements Timers {
    private final ManualClock clock;
    private final TreeMap<Due, Runnable> tasks = new TreeMap<>();
    private long count;

    public ManualScheduler(ManualClock clock) {
        this.clock = clock;
    }

    private record Due(long nanos, long number) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(nanos, other.nanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    @Override
    public synchronized Alarm schedule(long delayMs, Runnable task) {
        Due due = new Due(
                clock.nanoTime() + Duration.ofMillis(Math.max(0, delayMs)).toNanos(), count++);
        tasks.put(due, task);
        return () -> cancel(due);
    }

    /** Moves the clock on, ringing what comes due on the way, also what is set on the way. */
    public void advance(Duration duration) {
        long end = clock.nanoTime() + duration.toNanos();
        for (Map.Entry<Due, Runnable> next = take(end); next != null; next = take(end)) {
            clock.advance(Duration.ofNanos(Math.max(0, next.getKey().nanos() - clock.nanoTime())));
            next.getValue().run();
        }
        clock.advance(Duration.ofNanos(end - clock.nanoTime()));
    }

    public synchronized int scheduledCount() {
        return tasks.size();
    }

    private synchronized void cancel(Due due) {
        tasks.remove(due);
    }

    private synchronized Map.Entry<Due, Runnable> take(long end) {
        return tasks.isEmpty() || tasks.firstKey().nanos() > end ? null : tasks.pollFirstEntry();
    }
}
