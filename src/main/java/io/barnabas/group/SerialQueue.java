package io.barnabas.group;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time, in order, on an executor that is shared with others. Thread-safe.
 *
 * <p>What comes from outside is bounded. What the owner gives itself (a write that finished, an alarm) is not: there is
 * never more of it than the owner has under way, and it must get through when the outside pushes too hard.
 */
final class SerialQueue {
    private static final Logger LOG = LoggerFactory.getLogger(SerialQueue.class);

    /** Tasks in a row before others get the thread. */
    private static final int TASKS_PER_TURN = 64;

    private final Executor executor;
    private final int capacity;
    private final String what;

    /** Guards the fields below; held for a few instructions, never while a task runs. */
    private final Object lock = new Object();

    private final Deque<Task> tasks = new ArrayDeque<>();
    private int fromOutside;
    private boolean running;

    SerialQueue(Executor executor, int capacity, String what) {
        this.executor = executor;
        this.capacity = capacity;
        this.what = what;
    }

    private record Task(Runnable work, boolean outside) {}

    /**
     * Queues a task from outside.
     *
     * @throws BarnabasException {@code OVERLOADED} when too many wait, {@code DRAINING} when the executor has stopped
     */
    void offer(Runnable work) {
        add(new Task(work, true));
    }

    /** Queues a task of the owner's own, whatever waits. After the executor has stopped it is dropped. */
    void insert(Runnable work) {
        try {
            add(new Task(work, false));
        } catch (BarnabasException e) {
            LOG.debug("Task dropped, the executor has stopped queue={}", what);
        }
    }

    private void add(Task task) {
        synchronized (lock) {
            if (task.outside() && fromOutside >= capacity) {
                throw new BarnabasException(
                        ErrorCode.OVERLOADED, what + " has " + fromOutside + " requests waiting; try again");
            }
            tasks.add(task);
            fromOutside += task.outside() ? 1 : 0;
            if (running) {
                return;
            }
            running = true;
        }
        startTurn();
    }

    private void startTurn() {
        try {
            executor.execute(this::turn);
        } catch (RejectedExecutionException e) {
            synchronized (lock) {
                tasks.clear();
                fromOutside = 0;
                running = false;
            }
            throw new BarnabasException(ErrorCode.DRAINING, what + " has stopped", e);
        }
    }

    private void turn() {
        for (int i = 0; i < TASKS_PER_TURN; i++) {
            Task task;
            synchronized (lock) {
                task = tasks.poll();
                if (task == null) {
                    running = false;
                    return;
                }
                fromOutside -= task.outside() ? 1 : 0;
            }
            run(task);
        }
        try {
            startTurn();
        } catch (BarnabasException e) {
            LOG.debug("Tasks dropped, the executor has stopped queue={}", what);
        }
    }

    private void run(Task task) {
        try {
            task.work().run();
        } catch (RuntimeException e) {
            LOG.error("Task failed queue={}", what, e);
        }
    }
}
