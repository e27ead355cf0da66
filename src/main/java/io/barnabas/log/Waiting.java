package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes of appends that wait, here and in a parent that several share. Thread-safe. */
public final class Waiting {
    private final String what;
    private final long most;
    private final Waiting parent;
    private final AtomicLong bytes = new AtomicLong();

    public Waiting(String what, long most, Waiting parent) {
        this.what = what;
        this.most = most;
        this.parent = parent;
    }

    /**
     * Takes room; one that waits alone always gets it, however large it is.
     *
     * @throws BarnabasException {@code OVERLOADED}
     */
    public void enter(long size) {
        long now = bytes.addAndGet(size);
        if (now > most && now != size) {
            bytes.addAndGet(-size);
            throw new BarnabasException(
                    ErrorCode.OVERLOADED,
                    what + " has " + (now - size) + " bytes of appends waiting, at most " + most + " are allowed");
        }
        if (parent != null) {
            try {
                parent.enter(size);
            } catch (BarnabasException e) {
                bytes.addAndGet(-size);
                throw e;
            }
        }
    }

    public void leave(long size) {
        bytes.addAndGet(-size);
        if (parent != null) {
            parent.leave(size);
        }
    }
}
