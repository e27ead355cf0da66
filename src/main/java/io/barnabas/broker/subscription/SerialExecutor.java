package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time, in the order in which they came, on a pool that it shares with others; each run of tasks is
 * called a turn. What is touched in turns alone needs no lock. Thread-safe; {@link #execute} never blocks and never
 * runs the task itself.
 *
 * <p>The queue is as long as its users make it: whoever adds a task per piece of input counts what is under way.
 */
public final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    /** After so many tasks the pool's other users come first. */
    private static final int TASKS_PER_TURN = 64;

    private final Executor pool;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    /** Tasks that are queued or running; whoever raises it from 0 schedules the turn, so there is never more than one. */
    private final AtomicInteger pending = new AtomicInteger();

    public SerialExecutor(Executor pool) {
        this.pool = requireNonNull(pool, "pool");
    }

    /** Queues the task. After the pool was shut down the task is dropped: the node is going. */
    @Override
    public void execute(Runnable task) {
        tasks.add(requireNonNull(task, "task"));
        if (pending.getAndIncrement() == 0) {
            schedule();
        }
    }

    private void schedule() {
        try {
            pool.execute(this::turn);
        } catch (RejectedExecutionException e) {
            LOG.debug("task dropped, the pool takes none", e);
        }
    }

    private void turn() {
        for (int done = 0; done < TASKS_PER_TURN; done++) {
            run(tasks.remove());
            if (pending.decrementAndGet() == 0) {
                return;
            }
        }
        schedule();
    }

    /** A task that fails is a fault of ours; the next ones run all the same. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("task failed", e);
        }
    }
}
