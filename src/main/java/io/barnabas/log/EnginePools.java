package io.barnabas.log;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools of threads of one {@link EmbeddedLogEngine}, which alone makes and ends them. Only reads are refused when too
 * many wait; work that is repeated goes on however it ended the time before.
 */
final class EnginePools {
    private static final Logger LOG = LoggerFactory.getLogger(EnginePools.class);
    private static final int BACKGROUND_THREADS = 2;

    private final ThreadPoolExecutor appends;
    private final ThreadPoolExecutor reads;
    private final ThreadPoolExecutor opening;
    private final ThreadPoolExecutor flushing;
    private final ScheduledThreadPoolExecutor background;

    EnginePools(EmbeddedLogSettings settings, ThreadFactory threads) {
        this.appends = pool(settings.appendThreads(), new LinkedBlockingQueue<>(), threads);
        this.reads = pool(settings.readThreads(), new ArrayBlockingQueue<>(settings.waitingReads()), threads);
        this.opening = pool(settings.openThreads(), new LinkedBlockingQueue<>(), threads);
        this.flushing = pool(settings.flushThreads(), new LinkedBlockingQueue<>(), threads);
        this.background = new ScheduledThreadPoolExecutor(BACKGROUND_THREADS, threads);
        background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static ThreadPoolExecutor pool(int size, BlockingQueue<Runnable> waiting, ThreadFactory threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS, waiting, threads);
        pool.prestartAllCoreThreads(); // now or never: not when there is work that somebody waits for
        return pool;
    }

    /** Runs the partitions' turns. */
    Executor appends() {
        return appends;
    }

    /** Runs reads; refuses when too many wait. */
    Executor reads() {
        return reads;
    }

    /** Opens, closes and deletes logs. */
    Executor opening() {
        return opening;
    }

    /** Flushes several logs of one checkpoint at a time. */
    Executor flushing() {
        return flushing;
    }

    /** Runs checkpoints that were asked for. */
    Executor background() {
        return background;
    }

    /** Repeats work in the background. */
    void every(long intervalMs, Runnable work) {
        var unused = background.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        // Thrown on, it would be the last time that this work ran.
                        LOG.error("Background work of the log engine failed", e);
                    }
                },
                intervalMs,
                intervalMs,
                TimeUnit.MILLISECONDS);
    }

    /** Ends all; waits for what runs, for a bounded time, and names in the log what does not end in it. */
    void end(LongSupplier nanoTime, long waitSeconds) throws InterruptedException {
        Map<String, ExecutorService> pools = new LinkedHashMap<>();
        pools.put("background", background);
        pools.put("append", appends);
        pools.put("read", reads);
        pools.put("open", opening);
        pools.put("flush", flushing);
        pools.values().forEach(ExecutorService::shutdown);
        long end = nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(waitSeconds);
        for (Map.Entry<String, ExecutorService> each : pools.entrySet()) {
            long left = end - nanoTime.getAsLong();
            if (!each.getValue().awaitTermination(left, TimeUnit.NANOSECONDS)) {
                LOG.error("Part of the log engine does not end part={}", each.getKey());
            }
        }
    }
}
