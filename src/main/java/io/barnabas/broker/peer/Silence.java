package io.barnabas.broker.peer;

import java.util.concurrent.TimeUnit;

/**
 * Whether another node has stopped answering, although its connections stand. It is asked for news all the time and answers
 * within their poll time: when such a poll fails and nothing at all has come from the node for the silence, nobody waits for
 * its other answers.
 *
 * <pre>
 *   HEARD --a poll for news had no answer, nor anything else for the silence--&gt; SILENT
 *   SILENT --any answer; it left the cluster--&gt; HEARD
 * </pre>
 *
 * <p>Told the time. Thread-safe: a lock guards two fields; nothing is called while it is held.
 */
final class Silence {
    private final long limitNanos;
    private long heardAtNanos;
    private boolean silent;

    Silence(int limitMs, long nowNanos) {
        limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMs);
        heardAtNanos = nowNanos;
    }

    /** It answered something, or whoever answers there next is another process. */
    synchronized void heard(long nowNanos) {
        heardAtNanos = nowNanos;
        silent = false;
    }

    /**
     * A poll for news has no answer.
     *
     * @return how long nothing else may come until the node counts as silent; 0 when it does from now on
     */
    synchronized long unanswered(long nowNanos) {
        long leftNanos = heardAtNanos + limitNanos - nowNanos;
        silent = silent || leftNanos <= 0;
        return silent ? 0 : leftNanos;
    }

    synchronized boolean lasts() {
        return silent;
    }

    /** How long nothing has come from a node that is silent; 0 when it is not. */
    synchronized long lengthMs(long nowNanos) {
        return silent ? TimeUnit.NANOSECONDS.toMillis(nowNanos - heardAtNanos) : 0;
    }
}
