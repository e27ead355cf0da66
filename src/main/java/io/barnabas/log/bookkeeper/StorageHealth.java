package io.barnabas.log.bookkeeper;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogEvents;
import io.barnabas.log.StorageReach;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether there are bookies enough, as far as logs have found out; whether anything can be stored at all {@link
 * StorageWatch} finds out when there is a doubt.
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

    /** When something was last stored, by the clock of the watch; written by many, and any of them will do. */
    private volatile long storedNanos;

    private volatile boolean storedEver;

    /** Set once, before anything is stored; and what the watch has found out. Written by its thread, read by all. */
    private volatile Runnable doubts = () -> {};

    private volatile StorageReach reach = StorageReach.ABLE;

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

    /** @param listener called on any thread whenever something could not be stored for lack of bookies */
    void onDoubt(Runnable listener) {
        doubts = listener;
    }

    StorageReach reach() {
        return reach;
    }

    void reach(StorageReach found) {
        reach = found;
    }

    /** Nothing can be stored, and it is known: what would be is not waited for. */
    boolean impaired() {
        return reach == StorageReach.IMPAIRED;
    }

    /** Enough bookies have an entry of whatever log. */
    void stored(long nowNanos) {
        storedNanos = nowNanos;
        if (!storedEver) {
            storedEver = true;
        }
    }

    boolean storedSince(long nanos) {
        return storedEver && storedNanos - nanos > 0;
    }

    /** Something failed; if for lack of bookies, it is to be found out whether anything can be stored. */
    void failed(BarnabasException reason) {
        if (reason.code() == ErrorCode.NOT_ENOUGH_REPLICAS) {
            doubts.run();
        }
    }

    void tooFewBookies(String reason) {
        EngineStatus next = new EngineStatus.ReadOnly(ErrorCode.NOT_ENOUGH_REPLICAS, reason);
        doubts.run();
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
