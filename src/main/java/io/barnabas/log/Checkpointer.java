package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final Unflushed unflushed;
    private final LogFiles files;

    /** Segments that the journal of the run before tells of and that were not forced since; used by {@link #run} only. */
    private final Set<Path> replayed;

    /** Requests that were not met yet. Those that come while a checkpoint runs are met by one more, on its thread. */
    private final AtomicInteger requests = new AtomicInteger();

    Checkpointer(
            Journal journal,
            Checkpoints checkpoints,
            Set<EmbeddedPartitionLog> dirty,
            EngineHealth health,
            LogEvents events,
            LongSupplier nanoTime,
            Unflushed unflushed,
            LogFiles files,
            Set<Path> replayed) {
        this.journal = journal;
        this.checkpoints = checkpoints;
        this.dirty = dirty;
        this.health = health;
        this.events = events;
        this.nanoTime = nanoTime;
        this.unflushed = unflushed;
        this.files = files;
        this.replayed = new LinkedHashSet<>(replayed);
    }

    /** True when the caller should have {@link #runRequested} run; false when that is on its way already. */
    boolean request() {
        return requests.getAndIncrement() == 0;
    }

    /** On one thread at a time, however often it is asked for: others are free for other work. */
    void runRequested() {
        int met;
        do {
            met = requests.get();
            run();
        } while (requests.addAndGet(-met) > 0);
    }

    /** Never throws: a failure is the engine's state, or is tried again with the next checkpoint. */
    synchronized void run() {
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
        unflushed.begun();
        long ended = journal.rotate();
        List<EmbeddedPartitionLog> logs = new ArrayList<>(dirty);
        for (EmbeddedPartitionLog log : logs) {
            log.flush().run();
        }
        forceReplayed();
        checkpoints.save();
        journal.dropThrough(ended);
        if (!logs.isEmpty()) {
            events.checkpointed(logs.size(), nanoTime.getAsLong() - start);
        }
    }

    /** Also of logs that nobody has opened yet: the journal that goes is all else that has them. */
    private void forceReplayed() throws IOException {
        Set<Path> folders = new LinkedHashSet<>();
        for (Path path : replayed) {
            try (LogFile segment = files.open(path, false)) {
                segment.force();
                folders.add(path.getParent());
            } catch (NoSuchFileException e) {
                LOG.debug("Segment is gone since the journal was replayed file={}", path);
            } catch (IOException e) {
                health.forceFailed(path.toString(), e);
                throw e;
            }
        }
        for (Path folder : folders) {
            if (files.exists(folder)) {
                files.forceFolder(folder);
            }
        }
        replayed.clear();
    }
}
