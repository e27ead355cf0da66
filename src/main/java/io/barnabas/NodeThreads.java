package io.barnabas;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's threads. They are the node's own and not the server's managed ones: those are interrupted when the
 * application is stopped, which is just when the log is flushed, and an interrupt closes a file channel; and a managed
 * executor captures context anew for each task, which costs more than most of our tasks.
 *
 * <p>Each thread carries the application's class loader, as a managed one would. All pools have a fixed size; what may
 * wait in front of one is bounded by whoever submits. Confined to the thread that starts and stops the node.
 */
final class NodeThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeThreads.class);
    private static final long STOP_WAIT_MS = 5_000;

    private final ClassLoader loader;
    private final Deque<ThreadPoolExecutor> pools = new ArrayDeque<>();

    NodeThreads(ClassLoader loader) {
        this.loader = requireNonNull(loader, "loader");
    }

    /** Makes threads of this name for a part that runs and ends them itself. */
    ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "barnabas-" + name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            thread.setUncaughtExceptionHandler(
                    (ended, failure) -> LOG.error("thread ended by an exception thread={}", ended.getName(), failure));
            return thread;
        };
    }

    /** A pool of so many threads, ended by {@link #close}. */
    ExecutorService pool(String name, int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(name));
        pool.allowCoreThreadTimeOut(true);
        pools.push(pool);
        return pool;
    }

    /** One thread for what is due later; cancelled tasks are dropped at once. Ended by {@link #close}. */
    ScheduledThreadPoolExecutor timer(String name) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, factory(name));
        timer.setRemoveOnCancelPolicy(true);
        pools.push(timer);
        return timer;
    }

    /** Ends the pools, the last made first; what runs may finish for a while, then it is interrupted. */
    @Override
    public void close() {
        while (!pools.isEmpty()) {
            ThreadPoolExecutor pool = pools.pop();
            pool.shutdown();
            try {
                if (!pool.awaitTermination(STOP_WAIT_MS, TimeUnit.MILLISECONDS)) {
                    LOG.warn(
                            "threads did not end in time, interrupting them waiting={}",
                            pool.getQueue().size());
                    pool.shutdownNow();
                }
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
    }
}
