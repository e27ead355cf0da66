package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.Turns;
import io.barnabas.log.Waiting;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A partition's log in ledgers, under one owner epoch. Thread-safe: what changes it runs as a turn of {@link Turns},
 * reads run beside. Whatever acks ask for, an append is answered when enough bookies have forced it to disk.
 */
final class BookKeeperPartitionLog implements PartitionLog, AppendAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(BookKeeperPartitionLog.class);

    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;
    private final LedgerLists lists;
    private final OwnerCheck owner;
    private final LedgerWriter writer;
    private final LedgerReader reader;
    private final Turns turns;
    private final Waiting waiting;
    private final AtomicInteger readsInFlight;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean notifying = new AtomicBoolean();
    private final AtomicReference<CompletableFuture<Void>> closing = new AtomicReference<>();
    private final Consumer<BookKeeperPartitionLog> grown;

    /** Confined to the turn. */
    private boolean hasWritten;

    /** Volatile: whoever configures writes, housekeeping reads. */
    private volatile LogConfig config;

    /**
     * A log that was taken over.
     *
     * @param readsInFlight shared by all logs of the engine
     * @param grown told, as the log's turn, when a ledger of this owner is followed by another
     */
    BookKeeperPartitionLog(
            BookKeeperContext context,
            LogId id,
            int epoch,
            LogConfig config,
            TakeOver.Taken taken,
            AtomicInteger readsInFlight,
            Consumer<BookKeeperPartitionLog> grown) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
        this.config = config;
        this.lists = taken.lists();
        this.readsInFlight = readsInFlight;
        this.grown = grown;
        this.turns = new Turns(context.appends(), context.limits().turnBytes(), context.nanoTime(), this::write);
        this.owner = new OwnerCheck(() -> context.documents().owned(id, epoch));
        this.writer = new LedgerWriter(
                context, id, lists, epoch, config, taken.producers(), taken.endOffset(), owner, turns::run, this);
        this.reader = new LedgerReader(context, id, lists, writer::highWatermark, this::logStartOffset, writer::newest);
        this.waiting = new Waiting(id.toString(), context.limits().partitionWaitingBytes(), context.waiting());
    }

    @Override
    public LogId id() {
        return id;
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public long logStartOffset() {
        return lists.list().startOffset();
    }

    @Override
    public long endOffset() {
        return writer.endOffset();
    }

    @Override
    public long highWatermark() {
        return writer.highWatermark();
    }

    LedgerLists lists() {
        return lists;
    }

    LogConfig config() {
        return config;
    }

    LedgerReader reader() {
        return reader;
    }

    OpenLedger newestLedger() {
        return writer.newest();
    }

    boolean closed() {
        return closing.get() != null;
    }

    @Override
    public CompletionStage<AppendResult> append(ByteBuffer batches, Acks acks) {
        Append append = new Append(batches.slice(), acks);
        try {
            requireOpen();
            context.health().requireOpen();
            waiting.enter(append.sizeInBytes());
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        turns.append(append);
        return append.answer();
    }

    /** Whatever happens in the writer, each append is answered. */
    private void write(List<Append> appends) {
        try {
            writer.append(appends);
        } catch (RuntimeException | Error e) {
            writer.lose(new BarnabasException(ErrorCode.INTERNAL_ERROR, "append to " + id + " failed", e));
            throw e;
        }
    }

    private void requireOpen() {
        if (closing.get() != null) {
            throw notOwner();
        }
    }

    private BarnabasException notOwner() {
        return new BarnabasException(
                ErrorCode.NOT_OWNER, id + " is not open for appends under epoch " + epoch + " any more");
    }

    @Override
    public void done(Append append, AppendResult result) {
        if (append.settle()) {
            waiting.leave(append.sizeInBytes());
            context.answer(() -> append.answer().complete(result));
        }
    }

    @Override
    public void failed(Append append, BarnabasException failure) {
        if (append.settle()) {
            waiting.leave(append.sizeInBytes());
            context.answer(() -> append.answer().completeExceptionally(failure));
        }
    }

    @Override
    public void durable(StoredBatches batches) {
        reader.appended(batches);
    }

    @Override
    public void moved() {
        if (!listeners.isEmpty() && notifying.compareAndSet(false, true)) {
            context.answer(() -> {
                notifying.set(false);
                long now = highWatermark();
                for (LongConsumer listener : listeners) {
                    tell(listener, now);
                }
            });
        }
    }

    private void tell(LongConsumer listener, long highWatermark) {
        try {
            listener.accept(highWatermark);
        } catch (RuntimeException e) {
            LOG.error(
                    "A listener of the high watermark failed topic={} partition={}",
                    id.partition().topic(),
                    id.partition().partition(),
                    e);
        }
    }

    @Override
    public void opened(OpenLedger ledger) {
        reader.opened(ledger);
        context.events().rolled(id, writer.endOffset());
        if (hasWritten) {
            grown.accept(this);
        }
        hasWritten = true;
    }

    /** What only the owner knows is asked for before it is told: a node that was paused may believe that it is that. */
    @Override
    public CompletionStage<Void> owned() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        var unused = owner.confirmed()
                .whenComplete((confirmed, failure) -> context.answer(() -> {
                    if (failure != null) {
                        answer.completeExceptionally(BarnabasException.of(failure));
                    } else if (closing.get() != null) {
                        answer.completeExceptionally(notOwner());
                    } else {
                        answer.complete(null);
                    }
                }));
        return answer;
    }

    @Override
    public CompletionStage<Range> range() {
        return owned().thenApply(owned -> new Range(logStartOffset(), highWatermark()));
    }

    @Override
    public CompletionStage<ReadResult> read(long offset, int maxBytes) {
        try {
            requireOpen();
            reader.requireInRange(offset);
        } catch (BarnabasException e) {
            return refused(e);
        }
        if (offset == writer.highWatermark()) {
            return CompletableFuture.completedFuture(reader.nothing());
        }
        return reading(() -> reader.read(offset, maxBytes));
    }

    @Override
    public CompletionStage<Optional<OffsetAndTimestamp>> offsetForTimestamp(long timestamp) {
        try {
            requireOpen();
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        return reading(() -> reader.offsetForTimestamp(timestamp))
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : owned().thenApply(owned -> found));
    }

    /** What a paused node takes for out of range or for damaged may be there, or may have been let go of, by now. */
    private <T> CompletionStage<T> refused(BarnabasException failure) {
        return failure.code() == ErrorCode.OFFSET_OUT_OF_RANGE || failure.code() == ErrorCode.CORRUPT_DATA
                ? owned().thenCompose(owned -> CompletableFuture.failedFuture(failure))
                : CompletableFuture.failedFuture(failure);
    }

    private <T> CompletionStage<T> reading(Supplier<CompletableFuture<T>> work) {
        if (readsInFlight.incrementAndGet() > context.limits().waitingReads()) {
            readsInFlight.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.OVERLOADED, "too many reads are waiting"));
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        CompletableFuture<T> working;
        try {
            working = work.get();
        } catch (RuntimeException e) {
            working = CompletableFuture.failedFuture(e);
        }
        var unused = working.whenComplete((result, failure) -> {
            readsInFlight.decrementAndGet();
            context.answer(() -> {
                if (failure == null) {
                    answer.complete(result);
                } else {
                    BarnabasException reason = Ledgers.failure("reading " + id, failure);
                    context.health().failed(reason);
                    answer.completeExceptionally(reason);
                }
            });
        });
        return answer.exceptionallyCompose(failure -> refused(BarnabasException.of(failure)));
    }

    @Override
    public Registration onHighWatermark(LongConsumer listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public CompletionStage<Long> truncateBefore(long offset) {
        try {
            requireOpen();
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (offset < 0 || offset > highWatermark()) {
            return refused(new BarnabasException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "cannot truncate " + id + " before offset " + offset + ", its high watermark is "
                            + highWatermark()));
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        var unused = trim(offset)
                .whenComplete((list, failure) -> context.answer(() -> {
                    if (failure == null) {
                        answer.complete(list.startOffset());
                    } else {
                        answer.completeExceptionally(BarnabasException.of(failure));
                    }
                }));
        return answer;
    }

    /** Moves the start up and lets go what is wholly below it, but for the last: it alone remembers the producers. */
    CompletableFuture<LedgerList> trim(long offset) {
        long nowMs = context.clock().millis();
        return lists.change(list -> LedgerRetention.below(list, Math.max(offset, list.startOffset()), nowMs))
                .thenApply(list -> {
                    reader.changed();
                    return list;
                });
    }

    @Override
    public void configure(LogConfig next) {
        config = next;
        turns.run(() -> writer.configure(next));
    }

    /** Runs as the partition's own turn. */
    void turn(Runnable work) {
        turns.run(work);
    }

    /** Now and then: what is old enough is ended, silent producers are forgotten. */
    void keep(long nowMs) {
        turns.run(() -> writer.keep(nowMs));
    }

    /** Ends the open ledger now. */
    void roll() {
        turns.run(writer::rollNow);
    }

    @Override
    public LogSize size() {
        LedgerList list = lists.list();
        OpenLedger open = writer.newest();
        long bytes = 0;
        for (LedgerSegment segment : list.segments()) {
            boolean isOpen = !segment.closed() && open != null && open.id() == segment.ledgerId();
            bytes += isOpen ? open.sentBytes() : segment.sizeBytes();
        }
        return new LogSize(Math.max(1, list.segments().size()), bytes);
    }

    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        var unused = close(true).whenComplete((done, failure) -> context.answer(() -> answer.complete(null)));
        return answer;
    }

    /**
     * Refuses everything from now on. What was given before is written first, if the log is to be handed over and bookies
     * answer within the time that an append waits for them. When it is known that nothing can be stored from here, nothing
     * is waited for: the next owner fences the ledger, finds out where it ends and goes on.
     *
     * @param handOver false when another owns it already, or it is about to be deleted
     */
    CompletableFuture<Void> close(boolean handOver) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        if (!closing.compareAndSet(null, closed)) {
            return closing.get();
        }
        turns.run(() -> {
            if (handOver && context.health().impaired()) {
                writer.letGo(notOwner());
                finish(closed);
            } else if (handOver) {
                var unused = writer.handOver().whenComplete((done, failure) -> turns.run(() -> finish(closed)));
                context.later(
                        context.settings().replicaWaitMs() + context.settings().addQuorumTimeoutMs(),
                        () -> turns.run(() -> finish(closed)));
            } else {
                finish(closed);
            }
        });
        return closed;
    }

    private void finish(CompletableFuture<Void> closed) {
        writer.lose(notOwner());
        reader.close();
        closed.complete(null);
    }
}
