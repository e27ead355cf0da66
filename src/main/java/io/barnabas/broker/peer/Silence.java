package io.barnabas.broker.peer;

import java.util.concurrent.TimeUnit;

/**
 * Whether another node has stopped answering, although its connections may stand. It is asked for news all the time and
 * answers within their poll time. When such a poll is waited for in vain the node is asked for a sign of life, again and
 * again; when there is none, and nothing else has come for the silence's limit, nobody waits for its other answers.
 *
 * <pre>
 *   HEARD --poll in vain--&gt; DOUBTED --no sign of life, nothing heard for the limit--&gt; SILENT
 *   DOUBTED, SILENT --any answer; it left the cluster--&gt; HEARD
 * </pre>
 *
 * <p>Told the time. Thread-safe: a lock guards its fields; nothing is called while it is held.
 */
final class Silence {
    private final long limitNanos;
    private long heardAtNanos;
    private State state = State.HEARD;

    private enum State {
        HEARD,
        DOUBTED,
        SILENT
    }

    Silence(int limitMs, long nowNanos) {
        limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMs);
        heardAtNanos = nowNanos;
    }

    /**
     * It answered something, or whoever answers there next is another process.
     *
     * @return whether that ends a silence
     */
    synchronized boolean heard(long nowNanos) {
        boolean ends = state == State.SILENT;
        heardAtNanos = nowNanos;
        state = State.HEARD;
        return ends;
    }

    /**
     * A poll for news was waited for in vain.
     *
     * @return whether that is the first doubt since it was heard
     */
    synchronized boolean doubt() {
        if (state != State.HEARD) {
            return false;
        }
        state = State.DOUBTED;
        return true;
    }

    /** Whether it has not been heard since there was a doubt. */
    synchronized boolean doubted() {
        return state != State.HEARD;
    }

    /**
     * A doubted node has given no sign of life.
     *
     * @return whether that begins the silence
     */
    synchronized boolean unanswered(long nowNanos) {
        if (state != State.DOUBTED || nowNanos - heardAtNanos < limitNanos) {
            return false;
        }
        state = State.SILENT;
        return true;
    }

    synchronized boolean lasts() {
        return state == State.SILENT;
    }

    /** How long nothing has come from a node that is silent; 0 when it is not. */
    synchronized long lengthMs(long nowNanos) {
        return state == State.SILENT ? TimeUnit.NANOSECONDS.toMillis(nowNanos - heardAtNanos) : 0;
    }
}
