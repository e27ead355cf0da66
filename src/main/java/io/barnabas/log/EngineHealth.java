package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the engine takes appends.
 *
 * <pre>
 *   Writable &lt;-&gt; ReadOnly(DISK_FULL)      appends are tried all the same; the first that works ends it
 *   either    -&gt; ReadOnly(READ_ONLY)      a force failed: for good, until a restart has read the disk again
 *   any       -&gt; Closed
 * </pre>
 *
 * <p>Thread-safe.
 */
final class EngineHealth {
    private static final Logger LOG = LoggerFactory.getLogger(EngineHealth.class);
    private static final EngineStatus WRITABLE = new EngineStatus.Writable();

    private final AtomicReference<EngineStatus> status = new AtomicReference<>(WRITABLE);
    private final LogEvents events;

    EngineHealth(LogEvents events) {
        this.events = events;
    }

    EngineStatus status() {
        return status.get();
    }

    /** @throws BarnabasException {@code READ_ONLY} or {@code NOT_OWNER} when appends are pointless */
    void requireWritable() {
        EngineStatus now = status.get();
        if (now instanceof EngineStatus.Closed) {
            throw new BarnabasException(ErrorCode.NOT_OWNER, "the log engine was closed");
        }
        if (now instanceof EngineStatus.ReadOnly readOnly && readOnly.code() == ErrorCode.READ_ONLY) {
            throw new BarnabasException(ErrorCode.READ_ONLY, readOnly.reason());
        }
    }

    boolean failed() {
        return status.get() instanceof EngineStatus.ReadOnly readOnly && readOnly.code() == ErrorCode.READ_ONLY;
    }

    /** True when this was the first failure. */
    boolean forceFailed(String what, IOException failure) {
        EngineStatus readOnly = new EngineStatus.ReadOnly(
                ErrorCode.READ_ONLY,
                "forcing " + what + " to disk failed (" + failure.getMessage()
                        + "); nothing is appended until a restart has read the disk again");
        boolean first = !failed();
        if (first && change(readOnly)) {
            LOG.error("Log engine is read-only: a force failed file={}", what, failure);
        }
        return first;
    }

    void diskFull(String what) {
        if (status.get() == WRITABLE && change(new EngineStatus.ReadOnly(ErrorCode.DISK_FULL, what))) {
            LOG.error("Disk is full, appends fail until there is room reason={}", what);
        }
    }

    boolean isDiskFull() {
        return status.get() instanceof EngineStatus.ReadOnly readOnly && readOnly.code() == ErrorCode.DISK_FULL;
    }

    void roomAgain() {
        if (isDiskFull() && change(WRITABLE)) {
            LOG.info("Appends work again");
        }
    }

    void closed() {
        status.set(new EngineStatus.Closed());
    }

    /** Not over a state that is final. */
    private boolean change(EngineStatus next) {
        EngineStatus before = status.getAndUpdate(now -> now instanceof EngineStatus.Closed
                        || (now instanceof EngineStatus.ReadOnly readOnly && readOnly.code() == ErrorCode.READ_ONLY)
                ? now
                : next);
        boolean changed = status.get() == next && before != next;
        if (changed) {
            events.statusChanged(next);
        }
        return changed;
    }
}
