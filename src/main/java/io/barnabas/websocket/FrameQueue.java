package io.barnabas.websocket;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The frames of one socket that were handed to its turns and are not acted on, up to a bound, so that a flood cannot
 * fill the queue. Added to by the receiving thread, which asks for room before.
 */
final class FrameQueue {
    private final Executor turns;
    private final int most;
    private final AtomicInteger waiting = new AtomicInteger();

    FrameQueue(Executor turns, int most) {
        this.turns = requireNonNull(turns, "turns");
        this.most = most;
    }

    /** Throws {@code OVERLOADED} when as many wait as may. */
    void requireRoom() {
        if (waiting.get() >= most) {
            throw new BarnabasException(
                    ErrorCode.OVERLOADED, "this socket sends frames faster than they can be acted on");
        }
    }

    /** Has a frame acted on in a turn. */
    void add(Runnable action) {
        waiting.incrementAndGet();
        turns.execute(() -> {
            waiting.decrementAndGet();
            action.run();
        });
    }
}
