package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other, on whichever thread of the executor: what is touched only in turns needs no lock.
 * Thread-safe.
 */
final class Turns implements Executor {
    private final Executor executor;

    /** Guarded by this object's lock, which is held for moments only, never while a task runs. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private boolean running;

    Turns(Executor executor) {
        this.executor = requireNonNull(executor, "executor");
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            tasks.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        try {
            executor.execute(this::runAll);
        } catch (RuntimeException e) {
            synchronized (this) {
                running = false;
                tasks.remove(task);
            }
            throw e;
        }
    }

    private void runAll() {
        Runnable task = next();
        while (task != null) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                Thread.currentThread().getUncaughtExceptionHandler().uncaughtException(Thread.currentThread(), e);
            }
            task = next();
        }
    }

    private synchronized Runnable next() {
        Runnable task = tasks.poll();
        if (task == null) {
            running = false;
        }
        return task;
    }
}
