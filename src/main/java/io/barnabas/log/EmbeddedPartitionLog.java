package io.barnabas.log;

import io.barnabas.log.Durability.Waiter;
import io.barnabas.log.FileCache.RetiredFileException;
import io.barnabas.log.LogRecovery.Recovered;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * A log of the embedded engine under one owner epoch. Thread-safe: what changes it runs as a turn of {@link Turns},
 * reads run beside on read threads, callers' threads never touch a file.
 */
final class EmbeddedPartitionLog implements PartitionLog, LogWriter.Answers {
    private final EngineContext context;
    private final LogId id;
    private final int epoch;
    private final Path folder;
    private final Segments segments;
    private final DamagedRanges damaged;
    private final Durability durability;
    private final LogWriter writer;
    private final LogReader reader;
    private final Turns turns;
    private final Waiting waiting;
    private final LogFlush flush;
    private final LogTrim trim;
    private final Listeners listeners;
    private final AtomicReference<CompletableFuture<Void>> closing = new AtomicReference<>();

    /** Volatile: readers look, the turn changes. */
    private volatile long startOffset;

    private volatile LogConfig config;

    EmbeddedPartitionLog(EngineContext context, LogId id, int epoch, LogConfig config, Recovered recovered) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
        this.folder = recovered.folder();
        this.config = config;
        this.segments = recovered.segments();
        this.damaged = recovered.damaged();
        this.startOffset = recovered.startOffset();
        this.durability = new Durability(recovered.durableOffset(), recovered.endOffset(), recovered.undurable());
        this.writer = new LogWriter(
                context, id, epoch, folder, config, segments, durability, recovered.producers(), recovered.endOffset());
        this.reader = new LogReader(
                id,
                epoch,
                context.settings(),
                segments,
                durability,
                damaged,
                this::logStartOffset,
                context.events(),
                config);
        this.turns = new Turns(context.appends(), context.settings().turnBytes(), context.nanoTime(), this::write);
        this.waiting = new Waiting(id.toString(), context.settings().partitionWaitingBytes(), context.waiting());
        this.flush = new LogFlush(context, this, recovered.checkpoint());
        this.trim = new LogTrim(context, this);
        this.listeners = new Listeners(context::answer, durability::highWatermark);
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
        return startOffset;
    }

    @Override
    public long endOffset() {
        return writer.endOffset();
    }

    @Override
    public long highWatermark() {
        return durability.highWatermark();
    }

    /** How long the turn that runs now has run; 0 when none does. */
    long runningNanos() {
        return turns.runningNanos();
    }

    Path folder() {
        return folder;
    }

    Segments segments() {
        return segments;
    }

    Durability durability() {
        return durability;
    }

    DamagedRanges damaged() {
        return damaged;
    }

    LogWriter writer() {
        return writer;
    }

    LogFlush flush() {
        return flush;
    }

    LogTrim trim() {
        return trim;
    }

    LogConfig config() {
        return config;
    }

    /** Only in a turn. */
    void startOffset(long offset) {
        startOffset = offset;
    }

    @Override
    public CompletionStage<AppendResult> append(ByteBuffer batches, Acks acks) {
        Append append = new Append(batches.slice(), acks);
        try {
            requireOpen();
            context.health().requireWritable();
            waiting.enter(append.sizeInBytes());
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        turns.append(append);
        return append.answer();
    }

    /** Whatever happens in the writer, each append is answered, here or when the disk has it. */
    private void write(List<Append> appends) {
        try {
            writer.append(appends, this);
        } catch (RuntimeException | Error e) {
            BarnabasException failure =
                    new BarnabasException(ErrorCode.INTERNAL_ERROR, "append to " + id + " failed", e);
            writer.broke(failure);
            for (Append append : appends) {
                if (append.result() == null) {
                    failed(append, failure);
                } else if (append.acks() != Acks.ALL) {
                    done(append, append.result());
                }
            }
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
        listeners.moved();
        if (append.settle()) {
            waiting.leave(append.sizeInBytes());
            context.answer(() -> append.answer().complete(result));
        }
    }

    @Override
    public void failed(Append append, BarnabasException failure) {
        if (failure.code() == ErrorCode.DISK_FULL) {
            context.health().diskFull(failure.getMessage());
        }
        if (append.settle()) {
            waiting.leave(append.sizeInBytes());
            context.answer(() -> append.answer().completeExceptionally(failure));
        }
    }

    @Override
    public void waits(long endOffset) {
        context.commit().submit(this, endOffset);
    }

    /** Called by the turn after something was written. */
    @Override
    public void wrote(long bytes) {
        context.dirty().add(this);
        context.unflushed().wrote(bytes);
        context.health().roomAgain();
        listeners.moved();
    }

    @Override
    public void requireWritable() {
        context.health().requireWritable();
    }

    /** Everything below {@code endOffset} is on disk. */
    void durable(long endOffset) {
        List<Waiter> waiters = durability.durable(endOffset);
        listeners.moved();
        for (Waiter waiter : waiters) {
            done(waiter.append(), waiter.append().result());
        }
    }

    /** A force failed: who waits for the disk is told so. */
    void giveUp() {
        BarnabasException failure;
        try {
            context.health().requireWritable();
            failure = notOwner();
        } catch (BarnabasException e) {
            failure = e;
        }
        for (Waiter waiter : durability.giveUp()) {
            failed(waiter.append(), failure);
        }
    }

    /** Forces one segment if need be, after a force of it that runs; tells how long it took. */
    void force(Segment segment) throws IOException {
        long start = context.nanoTime().getAsLong();
        try {
            if (!segment.forceIfNeeded()) {
                return;
            }
        } catch (RetiredFileException e) {
            return; // deleted meanwhile: nothing of it needs to be durable
        }
        context.events().segmentForced(id, context.nanoTime().getAsLong() - start);
    }

    @Override
    public CompletionStage<ReadResult> read(long offset, int maxBytes) {
        return read(offset, maxBytes, ReadMemory.FRESH);
    }

    @Override
    public CompletionStage<ReadResult> read(long offset, int maxBytes, ReadMemory memory) {
        try {
            requireOpen();
            reader.requireInRange(offset);
        } catch (BarnabasException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (offset >= durability.highWatermark()) {
            return CompletableFuture.completedFuture(reader.nothing());
        }
        return reading(() -> reader.read(offset, maxBytes, memory));
    }

    @Override
    public CompletionStage<Optional<OffsetAndTimestamp>> offsetForTimestamp(long timestamp) {
        return reading(() -> reader.offsetForTimestamp(timestamp));
    }

    private <T> CompletionStage<T> reading(Supplier<T> work) {
        return onto(context.reads(), work);
    }

    /** Runs work on one of the engine's executors and answers on the completions' one. */
    private <T> CompletableFuture<T> onto(Executor executor, Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            executor.execute(() -> answer(answer, work));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(
                    closing.get() != null
                            ? notOwner()
                            : new BarnabasException(ErrorCode.OVERLOADED, "too many reads are waiting", e));
        }
        return answer;
    }

    private <T> void answer(CompletableFuture<T> answer, Supplier<T> work) {
        try {
            requireOpen();
            T result = work.get();
            context.answer(() -> answer.complete(result));
        } catch (RuntimeException | Error e) {
            context.answer(() -> answer.completeExceptionally(BarnabasException.of(e)));
        }
    }

    @Override
    public Registration onHighWatermark(LongConsumer listener) {
        return listeners.add(listener);
    }

    @Override
    public CompletionStage<Long> truncateBefore(long offset) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        var unused = turn(() -> trim.before(offset))
                .thenComposeAsync(trim::finish, context.background())
                .whenComplete((start, failure) -> context.answer(() -> {
                    if (failure == null) {
                        answer.complete(start);
                    } else {
                        answer.completeExceptionally(BarnabasException.of(failure));
                    }
                }));
        return answer;
    }

    /** Runs work as a turn; answers on the turn's thread, so attach only what may run there. */
    <T> CompletableFuture<T> turn(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            requireOpen();
            turns.run(() -> {
                try {
                    if (writer.isShut()) {
                        throw notOwner();
                    }
                    answer.complete(work.get());
                } catch (RuntimeException | Error e) {
                    answer.completeExceptionally(BarnabasException.of(e));
                }
            });
        } catch (BarnabasException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    @Override
    public void configure(LogConfig next) {
        config = next;
        reader.configure(next);
        var unused = turn(() -> {
            writer.configure(next);
            return null;
        });
    }

    @Override
    public LogSize size() {
        return new LogSize(segments.all().size(), segments.sizeBytes());
    }

    @Override
    public CompletionStage<Void> close() {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        var unused = close(true)
                .whenComplete((nothing, failure) -> context.answer(() -> {
                    if (failure == null) {
                        answer.complete(null);
                    } else {
                        answer.completeExceptionally(BarnabasException.of(failure));
                    }
                }));
        return answer;
    }

    /**
     * Lets what was queued before finish, then closes the files.
     *
     * @param keep forces what was written; otherwise the files are about to be deleted
     * @return completes on a thread of the engine, always
     */
    CompletableFuture<Void> close(boolean keep) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        if (!closing.compareAndSet(null, closed)) {
            return closing.get();
        }
        LogClosing files = new LogClosing(context, this);
        turns.run(() -> {
            writer.shut(notOwner());
            try {
                context.background().execute(() -> files.run(keep, closed));
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                files.run(keep, closed);
            }
        });
        return closed;
    }

    /** Completes when the last flush is done, or exceptionally with why it was not; null while nobody has closed. */
    CompletableFuture<Void> closing() {
        return closing.get();
    }
}
