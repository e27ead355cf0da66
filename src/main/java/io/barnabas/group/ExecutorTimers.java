package io.barnabas.group;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Alarms on a {@link ScheduledExecutorService}, which the caller stops. */
public final class ExecutorTimers implements Timers {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorTimers.class);

    private final ScheduledExecutorService executor;

    /** The executor should drop cancelled tasks at once, as that of {@link #executor} does. */
    public ExecutorTimers(ScheduledExecutorService executor) {
        this.executor = requireNonNull(executor, "executor");
    }

    /** One thread that keeps no cancelled task, so that restarting time-outs costs no memory. */
    public static ScheduledThreadPoolExecutor executor(ThreadFactory threads) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    @Override
    public Alarm schedule(long delayMs, Runnable task) {
        try {
            ScheduledFuture<?> future = executor.schedule(task, Math.max(0, delayMs), TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("Alarm not set, the timers have stopped");
            return () -> {};
        }
    }
}
