package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flushes segments behind the journal, notes how far, and drops the journal files that are not needed any more. Runs on
 * the background thread, one checkpoint at a time; logs are flushed on threads of their own when there are many.
 */
final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private static final int LOGS_A_THREAD = 8;

    private final Journal journal;
    private final Checkpoints checkpoints;
    private final Set<EmbeddedPartitionLog> dirty;
    private final EngineHealth health;
    private final LogEvents events;
    private final LongSupplier nanoTime;
    private final Unflushed unflushed;
    private final LogFiles files;

    private final Executor flushing;
    private final int flushThreads;

    /** Segments that the journal of the run before tells of and that were not forced since; used by {@link #run} only. */
    private final Set<Path> replayed;

    /** Requests that were not met yet. Those that come while a checkpoint runs are met by one more, on its thread. */
    private final AtomicInteger requests = new AtomicInteger();

    /** @param flushing runs work for up to {@code flushThreads} threads that wait for nothing but files and turns */
    Checkpointer(
            Journal journal,
            Checkpoints checkpoints,
            Set<EmbeddedPartitionLog> dirty,
            EngineHealth health,
            LogEvents events,
            LongSupplier nanoTime,
            Unflushed unflushed,
            LogFiles files,
            Set<Path> replayed,
            Executor flushing,
            int flushThreads) {
        this.journal = journal;
        this.checkpoints = checkpoints;
        this.dirty = dirty;
        this.health = health;
        this.events = events;
        this.nanoTime = nanoTime;
        this.unflushed = unflushed;
        this.files = files;
        this.replayed = new LinkedHashSet<>(replayed);
        this.flushing = flushing;
        this.flushThreads = flushThreads;
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
        flush(logs);
        forceReplayed();
        checkpoints.save();
        journal.dropThrough(ended);
        if (!logs.isEmpty()) {
            events.checkpointed(logs.size(), nanoTime.getAsLong() - start);
        }
    }

    /**
     * Several at a time when there are many: what file systems write for a force, and the disk's own flush, is then done
     * once for several of them. Nothing is saved unless all went well.
     */
    private void flush(List<EmbeddedPartitionLog> logs) throws IOException {
        Queue<EmbeddedPartitionLog> left = new ConcurrentLinkedQueue<>(logs);
        int parts = Math.min(flushThreads, logs.size() / LOGS_A_THREAD);
        if (parts < 2) {
            flushAll(left);
            return;
        }
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            running.add(CompletableFuture.runAsync(
                    () -> {
                        try {
                            flushAll(left);
                        } catch (IOException e) {
                            left.clear(); // the others need not go on
                            throw new UncheckedIOException(e);
                        }
                    },
                    flushing));
        }
        try {
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw new IOException("not every log could be flushed", e.getCause());
        }
    }

    private static void flushAll(Queue<EmbeddedPartitionLog> left) throws IOException {
        for (EmbeddedPartitionLog log = left.poll(); log != null; log = left.poll()) {
            log.flush().run();
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
