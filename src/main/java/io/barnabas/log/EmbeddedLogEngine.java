package io.barnabas.log;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.JournalReplay.Replayed;
import io.barnabas.record.BarnabasException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps logs as segment files on the local disk, in Kafka's layout:
 *
 * <pre>
 * {dataDir}/logs/{topic}-{partition}/{20 digits}.log .index .timeindex .producers, partition.metadata, damaged-offsets
 * {dataDir}/journal/{20 digits}.journal      what was made durable and is not forced in the segments yet
 * {dataDir}/checkpoint                       how far each log is on disk
 * </pre>
 *
 * <p>Thread-safe. Does all I/O on threads of its own, so that an interrupt of a caller closes no file:
 *
 * <pre>
 * caller -&gt; partition's turn (append threads) -&gt; write -&gt; acks=leader answered
 *                                             -&gt; commit thread: one force for all -&gt; acks=all answered
 *                            background thread: checkpoints, retention, compaction, opening and closing
 * </pre>
 *
 * <p>The caller must hold the {@link DataDirectory}. Starting replays the journal; logs are recovered when they are
 * opened.
 */
public final class EmbeddedLogEngine implements LogEngine {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedLogEngine.class);
    private static final long STOP_WAIT_SECONDS = 20;

    private final EngineContext context;
    private final Journal journal;
    private final Checkpointer checkpointer;
    private final Housekeeping housekeeping;
    private final EnginePools pools;
    private final OpenLogs logs;
    private final Thread commitThread;

    /**
     * @param completions runs what callers attach to stages; must not block for long and must not refuse
     * @param threads makes the engine's threads
     * @throws BarnabasException when the folder cannot be read or written, or its checkpoint file is damaged
     */
    public EmbeddedLogEngine(
            Path dataDir,
            EmbeddedLogSettings settings,
            LogFiles files,
            Clock clock,
            LongSupplier nanoTime,
            Executor completions,
            ThreadFactory threads,
            LogEvents events) {
        requireNonNull(dataDir, "dataDir");
        requireNonNull(threads, "threads");
        Checkpoints checkpoints;
        Replayed replayed;
        try {
            files.createFolders(PartitionFolder.logs(dataDir));
            checkpoints = Checkpoints.load(files, dataDir);
            replayed = new JournalReplay(files, dataDir, checkpoints, settings.openFiles()).run();
            files.forceFolder(dataDir);
        } catch (IOException e) {
            throw IoFailure.of("starting the log engine in " + dataDir, e);
        }
        this.pools = new EnginePools(settings, threads);
        EngineHealth health = new EngineHealth(events);
        Set<EmbeddedPartitionLog> dirty = ConcurrentHashMap.newKeySet();
        Unflushed unflushed = new Unflushed(settings.checkpointBytes(), this::requestCheckpoint);
        this.journal = new Journal(files, dataDir, replayed.nextSequence(), settings.journalBytes(), replayed.files());
        this.checkpointer = new Checkpointer(
                journal,
                checkpoints,
                dirty,
                health,
                events,
                nanoTime,
                unflushed,
                files,
                replayed.segments(),
                pools.flushing(),
                settings.flushThreads());
        GroupCommit commit =
                new GroupCommit(journal, settings, nanoTime, health, events, this::requestCheckpoint, this::giveUpAll);
        this.context = new EngineContext(
                dataDir,
                settings,
                files,
                new FileCache(files, settings.openFiles(), (file, e) -> health.forceFailed(file.toString(), e)),
                clock,
                nanoTime,
                pools.appends(),
                pools.reads(),
                pools.opening(),
                completions,
                events,
                health,
                commit,
                checkpoints,
                new Waiting("the node", settings.totalWaitingBytes(), null),
                dirty,
                unflushed,
                new ScanWindows());
        this.logs = new OpenLogs(context, this::requestCheckpoint);
        this.housekeeping = new Housekeeping(context, logs::all);
        this.commitThread = threads.newThread(commit);
        commitThread.start();
        pools.every(settings.checkpointIntervalMs(), checkpointer::run);
        pools.every(settings.housekeepingIntervalMs(), housekeeping::run);
        if (!replayed.files().isEmpty()) {
            requestCheckpoint();
        }
    }

    private void requestCheckpoint() {
        if (checkpointer.request()) {
            pools.background().execute(checkpointer::runRequested);
        }
    }

    private void giveUpAll() {
        logs.all().forEach(EmbeddedPartitionLog::giveUp);
    }

    /** Runs a checkpoint now; for tests and for an operator who is about to copy the folder. Blocks. */
    public void checkpoint() {
        checkpointer.run();
    }

    /** Runs retention, compaction and expiry now. Blocks. */
    public void keepHouse() {
        housekeeping.run();
    }

    @Override
    public CompletionStage<PartitionLog> open(LogId id, int epoch, LogConfig config) {
        return logs.open(id, epoch, config);
    }

    @Override
    public CompletionStage<Void> delete(LogId id) {
        return logs.delete(id);
    }

    @Override
    public EngineStatus status() {
        return context.health().status();
    }

    @Override
    public Optional<String> stuck(long afterMs) {
        long round = TimeUnit.NANOSECONDS.toMillis(context.commit().runningNanos());
        if (round > afterMs) {
            return Optional.of("writing or forcing the journal has taken " + round + " ms and goes on");
        }
        for (EmbeddedPartitionLog log : logs.all()) {
            long turn = TimeUnit.NANOSECONDS.toMillis(log.runningNanos());
            if (turn > afterMs) {
                return Optional.of(
                        "a write to partition " + log.id().partition() + " has taken " + turn + " ms and goes on");
            }
        }
        return Optional.empty();
    }

    /**
     * Flushes and closes every log and ends all threads. Blocks, for a bounded time: what does not end in it is named in
     * the log and left to the next start, which recovers as after a crash.
     */
    @Override
    public void close() {
        if (!logs.refuseMore()) {
            return;
        }
        settle(logs.underWay());
        settle(logs.closeAll());
        settle(Map.of("last checkpoint", CompletableFuture.runAsync(checkpointer::run, pools.opening())));
        context.commit().stop();
        context.health().closed();
        try {
            commitThread.join(TimeUnit.SECONDS.toMillis(STOP_WAIT_SECONDS));
            if (commitThread.isAlive()) {
                LOG.error("Part of the log engine does not end part=commit");
            }
            pools.end(context.nanoTime(), STOP_WAIT_SECONDS);
            journal.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("Journal could not be closed", e);
        }
    }

    /** Waits for all, together for a bounded time; how each ended was told to whom it concerns. */
    private void settle(Map<String, CompletableFuture<?>> works) {
        long end = context.nanoTime().getAsLong() + TimeUnit.SECONDS.toNanos(STOP_WAIT_SECONDS);
        works.forEach((what, work) -> {
            try {
                work.handle((result, failure) -> failure)
                        .get(end - context.nanoTime().getAsLong(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                LOG.error("Work of the log engine does not end work={} waitedSeconds={}", what, STOP_WAIT_SECONDS);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a handled stage failed", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
