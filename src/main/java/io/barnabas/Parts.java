package io.barnabas;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a node in the order in which they start; they stop in reverse.
 *
 * <pre>
 *   STOPPED --start--> STARTING --all started--> SERVING --stop--> STOPPING --> STOPPED
 *                          `------one failed----> STOPPING (those that had started) --> FAILED
 * </pre>
 *
 * <p>Thread-safe: {@code start} and {@code stop} exclude each other by the object's lock, held for as long as they run,
 * so that a stop that comes in the middle of a start undoes a whole one. Both can be called again without effect.
 */
public final class Parts {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final List<Part> order;
    private final Deque<Part> started = new ArrayDeque<>();

    /** Written under the lock; volatile so that health reads it while a start or a stop holds the lock. */
    private volatile Phase phase = Phase.STOPPED;

    public Parts(List<Part> order) {
        this.order = List.copyOf(order);
    }

    /** Never blocks. */
    public Phase phase() {
        return phase;
    }

    /**
     * Starts each part in order. When one fails, those before it are stopped again and what it threw is thrown.
     *
     * @throws StartFailed with the name of the part and its exception as the cause
     */
    public synchronized void start() {
        if (phase != Phase.STOPPED) {
            return;
        }
        phase = Phase.STARTING;
        for (Part part : order) {
            try {
                part.start().run();
            } catch (Exception | LinkageError e) {
                restoreInterrupt(e);
                stopStarted();
                phase = Phase.FAILED;
                throw new StartFailed(part.name(), e);
            }
            started.push(part);
            LOG.debug("part started part={}", part.name());
        }
        phase = Phase.SERVING;
    }

    /** Stops what is started, in reverse. A part that fails to stop is logged and does not keep the others from it. */
    public synchronized void stop() {
        if (phase == Phase.SERVING) {
            stopStarted();
            phase = Phase.STOPPED;
        }
    }

    private void stopStarted() {
        phase = Phase.STOPPING;
        while (!started.isEmpty()) {
            Part part = started.pop();
            try {
                part.stop().run();
                LOG.debug("part stopped part={}", part.name());
            } catch (Exception | LinkageError e) {
                restoreInterrupt(e);
                LOG.error("part did not stop part={}", part.name(), e);
            }
        }
    }

    private static void restoreInterrupt(Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where a node is in its life. */
    public enum Phase {
        STOPPED,
        STARTING,
        SERVING,
        STOPPING,
        FAILED
    }

    /** A part did not start. */
    public static final class StartFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StartFailed(String part, Throwable cause) {
            super("cannot start " + part + ": " + cause.getMessage(), cause);
        }
    }
}
