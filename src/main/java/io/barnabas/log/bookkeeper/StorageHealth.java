package io.barnabas.log.bookkeeper;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogEvents;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether there are bookies enough.
 *
 * <pre>
 *   Writable &lt;-&gt; ReadOnly(NOT_ENOUGH_REPLICAS)     the last ledger that was to be made could not be made
 *   any       -&gt; Closed
 * </pre>
 *
 * <p>Thread-safe.
 */
final class StorageHealth {
    private static final Logger LOG = LoggerFactory.getLogger(StorageHealth.class);
    private static final EngineStatus WRITABLE = new EngineStatus.Writable();

    private final AtomicReference<EngineStatus> status = new AtomicReference<>(WRITABLE);
    private final LogEvents events;

    StorageHealth(LogEvents events) {
        this.events = events;
    }

    EngineStatus status() {
        return status.get();
    }

    boolean closed() {
        return status.get() instanceof EngineStatus.Closed;
    }

    /** @throws BarnabasException {@code NOT_OWNER} */
    void requireOpen() {
        if (closed()) {
            throw new BarnabasException(ErrorCode.NOT_OWNER, "the log engine was closed");
        }
    }

    void tooFewBookies(String reason) {
        EngineStatus next = new EngineStatus.ReadOnly(ErrorCode.NOT_ENOUGH_REPLICAS, reason);
        if (status.compareAndSet(WRITABLE, next)) {
            LOG.error("Too few bookies for a ledger, appends wait and fail reason={}", reason);
            events.statusChanged(next);
        }
    }

    void enoughBookies() {
        EngineStatus before = status.get();
        if (before instanceof EngineStatus.ReadOnly && status.compareAndSet(before, WRITABLE)) {
            LOG.info("Ledgers can be made again");
            events.statusChanged(WRITABLE);
        }
    }

    void close() {
        status.set(new EngineStatus.Closed());
    }
}
