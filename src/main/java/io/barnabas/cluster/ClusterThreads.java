package io.barnabas.cluster;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one node's membership, one each. Thread-safe.
 *
 * <pre>
 * events     holds all state, decides, tells listeners; never waits for ZooKeeper
 * work       does what waits for ZooKeeper: registration, changes of topics, the controller's writes
 * answers    completes what was asked of ZooKeeper in the background
 * errands    Curator's own; it would make one and never end it
 * </pre>
 */
final class ClusterThreads {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterThreads.class);

    private final ScheduledThreadPoolExecutor events;
    private final ScheduledThreadPoolExecutor work;
    private final ScheduledThreadPoolExecutor answers;
    private final ScheduledThreadPoolExecutor errands;

    /** Set by the thread that closes the node, read by all. Volatile for that. */
    private volatile boolean closing;

    ClusterThreads(ThreadFactory threads) {
        events = thread(threads);
        work = thread(threads);
        answers = thread(threads);
        errands = thread(threads);
    }

    /** Runs on the event thread, after what was posted before. */
    void post(Runnable event) {
        run(events, event);
    }

    /** Runs on the event thread after a while; dropped when the node closes already. */
    void later(Runnable event, long delayMs) {
        if (closing) {
            return;
        }
        try {
            ScheduledFuture<?> unused = events.schedule(() -> post(event), delayMs, MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the cluster is closed, a task was dropped");
        }
    }

    /** Runs on the work thread, after what was given to it before. */
    void toil(Runnable task) {
        run(work, task);
    }

    /** Completes an answer off the event thread; on the caller when this has ended. */
    void answer(Runnable completion) {
        try {
            answers.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }

    ScheduledExecutorService events() {
        return events;
    }

    Executor answers() {
        return answers;
    }

    Executor errands() {
        return errands;
    }

    /** Nothing is put off from now on; what is posted still runs. */
    void closing() {
        closing = true;
    }

    void shutdown() {
        answers.shutdownNow();
        errands.shutdownNow();
        work.shutdownNow();
        events.shutdownNow();
    }

    /** Whether work and events have ended in time. */
    boolean awaitEnd(long waitMs) throws InterruptedException {
        return work.awaitTermination(waitMs, MILLISECONDS) && events.awaitTermination(waitMs, MILLISECONDS);
    }

    private static void run(ScheduledThreadPoolExecutor executor, Runnable task) {
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.error("a cluster task failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("the cluster is closed, a task was dropped");
        }
    }

    private static ScheduledThreadPoolExecutor thread(ThreadFactory threads) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
