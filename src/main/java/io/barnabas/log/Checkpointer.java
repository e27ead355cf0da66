package io.barnabas.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flushes segments behind the journal, notes how far, and drops the journal files that are not needed any more. Runs on
 * the background thread, one checkpoint at a time.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final Journal journal;
    private final Checkpoints checkpoints;
    private final Set<EmbeddedPartitionLog> dirty;
    private final EngineHealth health;
    private final LogEvents events;
    private final LongSupplier nanoTime;

    /** Requests that come while one waits are that one. */
    private final AtomicBoolean requested = new AtomicBoolean();

    Checkpointer(
            Journal journal,
            Checkpoints checkpoints,
            Set<EmbeddedPartitionLog> dirty,
            EngineHealth health,
            LogEvents events,
            LongSupplier nanoTime) {
        this.journal = journal;
        this.checkpoints = checkpoints;
        this.dirty = dirty;
        this.health = health;
        this.events = events;
        this.nanoTime = nanoTime;
    }

    /** True when the caller should have {@link #run} run; false when that is on its way already. */
    boolean request() {
        return requested.compareAndSet(false, true);
    }

    /** Never throws: a failure is the engine's state, or is tried again with the next checkpoint. */
    synchronized void run() {
        requested.set(false);
        if (health.failed()) {
            return;
        }
        try {
            checkpoint();
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("Checkpoint failed, the journal is kept", e);
        }
    }

    private void checkpoint() throws IOException {
        long start = nanoTime.getAsLong();
        long ended = journal.rotate();
        List<EmbeddedPartitionLog> logs = new ArrayList<>(dirty);
        for (EmbeddedPartitionLog log : logs) {
            log.flush().run();
        }
        checkpoints.save();
        journal.dropThrough(ended);
        if (!logs.isEmpty()) {
            events.checkpointed(logs.size(), nanoTime.getAsLong() - start);
        }
    }
}
