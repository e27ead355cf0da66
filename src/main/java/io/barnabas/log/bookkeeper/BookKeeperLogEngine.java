package io.barnabas.log.bookkeeper;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogEvents;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.StorageReach;
import io.barnabas.log.Waiting;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.bookkeeper.client.BookKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps logs as ledgers on Apache BookKeeper's storage nodes, which replicate them. This node keeps nothing: any node
 * that has claimed a partition can open it, and opening it fences whoever wrote it before.
 *
 * <pre>
 * caller -&gt; partition's turn (append threads) -&gt; numbered, packed into entries -&gt; bookies
 *        &lt;- completions &lt;- partition's turn &lt;-------------- enough bookies have forced the entry
 * caller -&gt; memory of what was appended last, else bookies -&gt; read threads -&gt; completions
 *           background thread: what is due later, never blocks; housekeeping thread: retention, compaction, deletion
 * </pre>
 *
 * <p>The partition must have been claimed under the epoch that {@link #open} is given. It is tried again while bookies
 * or ZooKeeper do not answer, until another epoch owns the partition or the engine is closed. Thread-safe.
 */
public final class BookKeeperLogEngine implements LogEngine {
    private static final Logger LOG = LoggerFactory.getLogger(BookKeeperLogEngine.class);
    private static final long STOP_WAIT_SECONDS = 30;
    private static final long ORPHANS_FIRST_MS = 300_000;

    private final BookKeeperContext context;
    private final BooleanSupplier leads;
    private final ExecutorService appends;
    private final ExecutorService reads;
    private final ScheduledThreadPoolExecutor background;
    private final ExecutorService keeping;
    private final LedgerHousekeeping housekeeping;
    private final Orphans orphans;
    private final Rehearsal rehearsal;
    private final StorageWatch storage;
    private final AtomicInteger readsInFlight = new AtomicInteger();
    private final Map<LogId, BookKeeperPartitionLog> open = new ConcurrentHashMap<>();

    /** Logs that wait for compaction. */
    private final Set<BookKeeperPartitionLog> compacting = ConcurrentHashMap.newKeySet();

    /** The last open or delete of each log that is not done; guarded by itself, as is {@code closed}. */
    private final Map<LogId, CompletableFuture<?>> chains = new HashMap<>();

    private boolean closed;

    /**
     * Connects to ZooKeeper, makes BookKeeper's metadata if need be, and starts.
     *
     * @param limits what counts for both engines
     * @param zooKeeper {@code host:port,host:port}
     * @param metadataPath where BookKeeper's metadata lies in ZooKeeper; the path above it must exist
     * @param leads whether this node is the one that looks after what belongs to no node
     * @param storage told when this node cannot store any more, and when it can again
     */
    public BookKeeperLogEngine(
            BookKeeperSettings settings,
            EmbeddedLogSettings limits,
            String zooKeeper,
            String metadataPath,
            int zooKeeperTimeoutMs,
            LedgerDocuments documents,
            BooleanSupplier leads,
            Clock clock,
            LongSupplier nanoTime,
            Executor completions,
            ThreadFactory threads,
            LogEvents events,
            StorageListener storage) {
        requireNonNull(documents, "documents");
        this.leads = requireNonNull(leads, "leads");
        String uri = BookKeeperClient.metadataUri(zooKeeper, metadataPath);
        BookKeeper client = BookKeeperClient.connect(settings, uri, zooKeeperTimeoutMs);
        reads = Executors.newFixedThreadPool(limits.readThreads(), threads);
        Ledgers ledgers = new Ledgers(client, settings, reads);
        appends = Executors.newFixedThreadPool(limits.appendThreads(), threads);
        background = new ScheduledThreadPoolExecutor(1, threads);
        background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        keeping = Executors.newSingleThreadExecutor(threads);
        StorageHealth health = new StorageHealth(events);
        this.storage = new StorageWatch(
                settings, health, () -> ledgers.probe(settings.impairedAfterMs()), nanoTime, this::soon, storage);
        context = new BookKeeperContext(
                settings,
                limits,
                ledgers,
                documents,
                clock,
                nanoTime,
                completions,
                appends,
                reads,
                background,
                new Waiting("the log engine", limits.totalWaitingBytes(), null),
                new EntryCache(settings.tailCacheBytes()),
                new EntryCache(settings.readAheadBytes()),
                health,
                events);
        housekeeping = new LedgerHousekeeping(context, () -> List.copyOf(open.values()));
        orphans = new Orphans(context);
        every(limits.housekeepingIntervalMs(), limits.housekeepingIntervalMs(), housekeeping::run);
        rehearsal = new Rehearsal(context);
        rehearsal.begin();
        every(
                Math.min(ORPHANS_FIRST_MS, settings.orphanIntervalMs()),
                settings.orphanIntervalMs(),
                this::sweepIfLeading);
        LOG.info("Log engine stores in BookKeeper uri={}", uri);
    }

    /** Dropped when the engine ends: nobody waits for it. */
    private void soon(long delayMs, Runnable work) {
        try {
            var unused = background.schedule(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException | Error e) {
                            LOG.error("Watching the storage failed", e);
                        }
                    },
                    delayMs,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The log engine ends, and with it the watch of its storage");
        }
    }

    private void every(long firstMs, long intervalMs, Runnable work) {
        var unused =
                background.scheduleWithFixedDelay(() -> keepLater(work), firstMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    private void keepLater(Runnable work) {
        try {
            keeping.execute(() -> {
                try {
                    work.run();
                } catch (RuntimeException | Error e) {
                    LOG.error("Background work of the log engine failed", e);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("The log engine ends, its background work with it");
        }
    }

    /**
     * A compacted log that is written fast would grow for as long as housekeeping rests, and whoever takes it over may
     * have to read all of it.
     */
    private void compactSoon(BookKeeperPartitionLog log) {
        if (log.config().compact() && compacting.add(log)) {
            keepLater(() -> {
                compacting.remove(log);
                housekeeping.compact(log);
            });
        }
    }

    private void sweepIfLeading() {
        if (leads.getAsBoolean()) {
            orphans.sweep(context.settings().orphanDeletion());
        }
    }

    /** Ends what is old enough, runs retention, compaction and deletion now. Blocks. */
    public void keepHouse() {
        housekeeping.run();
    }

    /**
     * Finds ledgers of this cluster that no partition names and that are older than {@code orphanAgeMs}. Blocks.
     *
     * @param deletion false only tells which they are
     */
    public List<Long> sweepOrphans(boolean deletion) {
        return orphans.sweep(deletion);
    }

    Rehearsal rehearsal() {
        return rehearsal;
    }

    /** Deletes the ledgers of deleted topics, and goes on trying while that fails. For the node that leads. */
    public void deleteRemains() {
        keepLater(() -> {
            boolean done;
            try {
                done = orphans.deleteRemains();
            } catch (BarnabasException e) {
                LOG.warn("What deleted topics left cannot be looked at yet", e);
                done = false;
            }
            if (!done && !context.health().closed()) {
                context.later(context.limits().housekeepingIntervalMs(), this::deleteRemains);
            }
        });
    }

    @Override
    public CompletionStage<PartitionLog> open(LogId id, int epoch, LogConfig config) {
        return chained(id, () -> openNow(id, epoch, config));
    }

    private CompletableFuture<PartitionLog> openNow(LogId id, int epoch, LogConfig config) {
        BookKeeperPartitionLog current = open.get(id);
        if (current != null && epoch < current.epoch()) {
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.NOT_OWNER,
                    id + " was opened under epoch " + current.epoch() + ", epoch " + epoch + " is too old"));
        }
        if (current != null && epoch == current.epoch() && !current.closed()) {
            current.configure(config);
            return CompletableFuture.completedFuture(current);
        }
        CompletableFuture<?> before = current == null
                ? CompletableFuture.completedFuture(null)
                : current.close(false).thenRun(() -> open.remove(id, current));
        return before.thenCompose(gone -> {
            CompletableFuture<PartitionLog> answer = new CompletableFuture<>();
            takeOver(id, epoch, config, answer);
            return answer;
        });
    }

    private void takeOver(LogId id, int epoch, LogConfig config, CompletableFuture<PartitionLog> answer) {
        if (isClosed()) {
            answer.completeExceptionally(closedFailure());
            return;
        }
        var unused = new TakeOver(context, id, epoch).run().whenComplete((taken, failure) -> {
            if (failure == null) {
                BookKeeperPartitionLog log =
                        new BookKeeperPartitionLog(context, id, epoch, config, taken, readsInFlight, this::compactSoon);
                open.put(id, log);
                if (taken.recovered() > 0) {
                    LOG.info(
                            "Partition taken over topic={} partition={} epoch={} endOffset={}",
                            id.partition().topic(),
                            id.partition().partition(),
                            epoch,
                            taken.endOffset());
                }
                answer.complete(log);
                return;
            }
            BarnabasException reason = Ledgers.failure("opening " + id, failure);
            context.health().failed(reason);
            if (reason.code() == ErrorCode.NOT_OWNER || reason.code() == ErrorCode.CORRUPT_DATA) {
                answer.completeExceptionally(reason);
                return;
            }
            LOG.warn(
                    "Partition cannot be taken over yet topic={} partition={} epoch={} reason={}",
                    id.partition().topic(),
                    id.partition().partition(),
                    epoch,
                    reason.getMessage());
            context.later(context.settings().retryIntervalMs(), () -> takeOver(id, epoch, config, answer));
        });
    }

    /**
     * Ends the log on this node. Its ledgers are deleted by the node that leads, from the list that the deleted topic
     * leaves behind: they are not to depend on a node that owns them being alive.
     */
    @Override
    public CompletionStage<Void> delete(LogId id) {
        return chained(id, () -> {
            BookKeeperPartitionLog current = open.remove(id);
            return current == null ? CompletableFuture.completedFuture(null) : current.close(false);
        });
    }

    @Override
    public EngineStatus status() {
        return context.health().status();
    }

    @Override
    public StorageReach reach() {
        return context.health().reach();
    }

    /**
     * Another node cannot store: finds out whether this one can, and reports it with this number.
     *
     * @param number grows from one such event to the next
     */
    public void prove(long number) {
        storage.prove(number);
    }

    private boolean isClosed() {
        synchronized (chains) {
            return closed;
        }
    }

    private static BarnabasException closedFailure() {
        return new BarnabasException(ErrorCode.NOT_OWNER, "the log engine was closed");
    }

    private <T> CompletionStage<T> chained(LogId id, Supplier<CompletableFuture<T>> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<?> before;
        synchronized (chains) {
            if (closed) {
                return CompletableFuture.failedFuture(closedFailure());
            }
            before = chains.getOrDefault(id, CompletableFuture.completedFuture(null));
            chains.put(id, mine);
        }
        var unused = before.handle((done, ignored) -> null)
                .thenCompose(done -> work.get())
                .whenComplete((result, failure) -> {
                    synchronized (chains) {
                        chains.remove(id, mine);
                    }
                    mine.complete(null);
                    context.answer(() -> {
                        if (failure == null) {
                            answer.complete(result);
                        } else {
                            answer.completeExceptionally(BarnabasException.of(failure));
                        }
                    });
                });
        return answer;
    }

    /**
     * Hands every log over and ends all threads. Blocks, for a bounded time: a ledger that is not ended by then is
     * recovered by the next owner.
     */
    @Override
    public void close() {
        List<CompletableFuture<?>> opening;
        synchronized (chains) {
            if (closed) {
                return;
            }
            closed = true;
            opening = new ArrayList<>(chains.values());
        }
        opening.addAll(open.values().stream().map(log -> log.close(true)).toList());
        settle(opening);
        settle(open.values().stream().map(log -> log.close(true)).toList());
        context.health().close();
        background.shutdown();
        keeping.shutdownNow();
        context.ledgers().close();
        appends.shutdown();
        reads.shutdown();
        try {
            for (ExecutorService pool : List.of(background, keeping, appends, reads)) {
                if (!pool.awaitTermination(STOP_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    LOG.error("Threads of the log engine do not end");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void settle(List<? extends CompletableFuture<?>> works) {
        try {
            CompletableFuture.allOf(works.toArray(new CompletableFuture<?>[0]))
                    .handle((done, failure) -> null)
                    .get(STOP_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "Logs are not all handed over, their next owner recovers them waitedSeconds={}", STOP_WAIT_SECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a handled stage failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
