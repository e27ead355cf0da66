package io.barnabas.log;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.JournalReplay.Replayed;
import io.barnabas.log.LogRecovery.Recovered;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
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
    private final ThreadPoolExecutor appends;
    private final ThreadPoolExecutor reads;
    private final ThreadPoolExecutor opening;
    private final ThreadPoolExecutor flushing;
    private final ScheduledThreadPoolExecutor background;
    private final Thread commitThread;

    /** Open logs. Changed only by the chain of the partition it belongs to. */
    private final Map<TopicPartition, EmbeddedPartitionLog> open = new ConcurrentHashMap<>();

    /** Opens, closes and deletes of a partition happen one after another; guarded by itself. */
    private final Map<TopicPartition, CompletableFuture<?>> chains = new HashMap<>();

    private boolean closed;

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
        this.appends = pool("append", settings.appendThreads(), Integer.MAX_VALUE, threads);
        this.reads = pool("read", settings.readThreads(), settings.waitingReads(), threads);
        this.opening = pool("open", settings.openThreads(), Integer.MAX_VALUE, threads);
        this.flushing = pool("flush", settings.flushThreads(), Integer.MAX_VALUE, threads);
        this.background = new ScheduledThreadPoolExecutor(2, threads);
        background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
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
                flushing,
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
                appends,
                reads,
                opening,
                completions,
                events,
                health,
                commit,
                checkpoints,
                new Waiting("the node", settings.totalWaitingBytes(), null),
                dirty,
                unflushed,
                new ScanWindows());
        this.housekeeping = new Housekeeping(context, open::values);
        this.commitThread = threads.newThread(commit);
        commitThread.start();
        every(settings.checkpointIntervalMs(), checkpointer::run);
        every(settings.housekeepingIntervalMs(), housekeeping::run);
        if (!replayed.files().isEmpty()) {
            requestCheckpoint();
        }
    }

    private static ThreadPoolExecutor pool(String name, int size, int queued, ThreadFactory threads) {
        requireNonNull(name, "name");
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size,
                size,
                0,
                TimeUnit.SECONDS,
                queued == Integer.MAX_VALUE ? new LinkedBlockingQueue<>() : new ArrayBlockingQueue<>(queued),
                threads);
        pool.prestartAllCoreThreads(); // now or never: not when there is work that somebody waits for
        return pool;
    }

    private void every(long intervalMs, Runnable work) {
        var unused = background.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException | Error e) {
                        // Thrown on, it would be the last time that this work ran.
                        LOG.error("Background work of the log engine failed", e);
                    }
                },
                intervalMs,
                intervalMs,
                TimeUnit.MILLISECONDS);
    }

    private void requestCheckpoint() {
        if (checkpointer.request()) {
            background.execute(checkpointer::runRequested);
        }
    }

    private void giveUpAll() {
        open.values().forEach(EmbeddedPartitionLog::giveUp);
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
        return chained(id.partition(), () -> openNow(id, epoch, config));
    }

    private CompletableFuture<PartitionLog> openNow(LogId id, int epoch, LogConfig config) {
        EmbeddedPartitionLog current = open.get(id.partition());
        if (current == null) {
            return CompletableFuture.completedFuture(recover(id, epoch, config));
        }
        if (current.id().equals(id)) {
            requireNewer(id, epoch, current.epoch());
            if (epoch == current.epoch()) {
                current.configure(config);
                return CompletableFuture.completedFuture(current);
            }
        }
        open.remove(id.partition());
        return current.close(true).thenApplyAsync(nothing -> recover(id, epoch, config), opening);
    }

    private static void requireNewer(LogId id, int epoch, int seen) {
        if (epoch < seen) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, id + " was opened under epoch " + seen + ", epoch " + epoch + " is too old");
        }
    }

    private PartitionLog recover(LogId id, int epoch, LogConfig config) {
        try {
            Path folder = PartitionFolder.of(context.dataDir(), id.partition());
            UUID found = PartitionFolder.topicId(context.files(), folder);
            if (found != null && !found.equals(id.topicId())) {
                removeFiles(folder);
                found = null;
            }
            if (found == null) {
                PartitionFolder.create(context.files(), folder, id.topicId());
            }
            Recovered recovered = new LogRecovery(context, id, config).run();
            requireNewer(id, epoch, recovered.epoch());
            LogCheckpoint at = recovered.checkpoint();
            // Durable with the next checkpoint, and until then all that is durable of a new log is in the journal; what
            // is appended under this epoch carries it, too.
            context.checkpoints().put(id, at.withEpoch(epoch));
            EmbeddedPartitionLog log = new EmbeddedPartitionLog(context, id, epoch, config, recovered);
            open.put(id.partition(), log);
            if (recovered.endOffset() != at.offset()) {
                context.dirty().add(log);
                settle(log);
            }
            return log;
        } catch (IOException e) {
            throw IoFailure.of("opening " + id, e);
        }
    }

    /**
     * What a crash left is forced without anybody waiting, except for a compacted log: that is a table, which who opens
     * it reads to its end before anything else.
     */
    private void settle(EmbeddedPartitionLog log) throws IOException {
        if (log.highWatermark() == log.endOffset()) {
            return; // durable through the journal
        }
        if (log.config().compact()) {
            log.flush().run();
        } else {
            requestCheckpoint();
        }
    }

    @Override
    public CompletionStage<Void> delete(LogId id) {
        return chained(id.partition(), () -> {
            EmbeddedPartitionLog current = open.get(id.partition());
            if (current == null || !current.id().equals(id)) {
                return CompletableFuture.completedFuture(deleteNow(id));
            }
            open.remove(id.partition());
            return current.close(false).thenApplyAsync(nothing -> deleteNow(id), opening);
        });
    }

    private Void deleteNow(LogId id) {
        Path folder = PartitionFolder.of(context.dataDir(), id.partition());
        try {
            UUID found = PartitionFolder.topicId(context.files(), folder);
            if (found != null && found.equals(id.topicId())) {
                removeFiles(folder);
            }
            context.checkpoints().remove(id);
            context.checkpoints().save();
            return null;
        } catch (IOException e) {
            throw IoFailure.of("deleting " + id, e);
        }
    }

    /** First out of the way with one rename, so that a crash leaves the whole log or none of it. */
    private void removeFiles(Path folder) throws IOException {
        LogFiles files = context.files();
        Path gone = folder.resolveSibling(folder.getFileName() + "." + UUID.randomUUID() + PartitionFolder.DELETED);
        files.rename(folder, gone);
        files.forceFolder(folder.getParent());
        for (Path path : files.list(gone)) {
            files.delete(path);
        }
        files.delete(gone);
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
        for (EmbeddedPartitionLog log : open.values()) {
            long turn = TimeUnit.NANOSECONDS.toMillis(log.runningNanos());
            if (turn > afterMs) {
                return Optional.of(
                        "a write to partition " + log.id().partition() + " has taken " + turn + " ms and goes on");
            }
        }
        return Optional.empty();
    }

    private <T> CompletionStage<T> chained(TopicPartition partition, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        synchronized (chains) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new BarnabasException(ErrorCode.NOT_OWNER, "the log engine was closed"));
            }
            CompletableFuture<?> before = chains.getOrDefault(partition, CompletableFuture.completedFuture(null));
            CompletableFuture<T> mine =
                    before.handle((result, failure) -> null).thenComposeAsync(nothing -> work.get(), opening);
            chains.put(partition, mine);
            var unused = mine.whenComplete((result, failure) -> {
                synchronized (chains) {
                    chains.remove(partition, mine);
                }
                context.answer(() -> {
                    if (failure == null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(BarnabasException.of(failure));
                    }
                });
            });
        }
        return answer;
    }

    /**
     * Flushes and closes every log and ends all threads. Blocks, for a bounded time: what does not end in it is named in
     * the log and left to the next start, which recovers as after a crash.
     */
    @Override
    public void close() {
        Map<String, CompletableFuture<?>> running = new HashMap<>();
        synchronized (chains) {
            if (closed) {
                return;
            }
            closed = true;
            chains.forEach((partition, chain) -> running.put("open or delete " + partition, chain));
        }
        settle(running);
        Map<String, CompletableFuture<?>> closings = new HashMap<>();
        open.forEach((partition, log) -> closings.put("close " + partition, log.close(true)));
        settle(closings);
        settle(Map.of("last checkpoint", CompletableFuture.runAsync(checkpointer::run, opening)));
        context.commit().stop();
        context.health().closed();
        try {
            commitThread.join(TimeUnit.SECONDS.toMillis(STOP_WAIT_SECONDS));
            if (commitThread.isAlive()) {
                LOG.error("Part of the log engine does not end part=commit");
            }
            endPools();
            journal.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("Journal could not be closed", e);
        }
    }

    private void endPools() throws InterruptedException {
        Map<String, ExecutorService> pools = new LinkedHashMap<>();
        pools.put("background", background);
        pools.put("append", appends);
        pools.put("read", reads);
        pools.put("open", opening);
        pools.put("flush", flushing);
        pools.values().forEach(ExecutorService::shutdown);
        long end = context.nanoTime().getAsLong() + TimeUnit.SECONDS.toNanos(STOP_WAIT_SECONDS);
        for (Map.Entry<String, ExecutorService> each : pools.entrySet()) {
            long left = end - context.nanoTime().getAsLong();
            if (!each.getValue().awaitTermination(left, TimeUnit.NANOSECONDS)) {
                LOG.error("Part of the log engine does not end part={}", each.getKey());
            }
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
