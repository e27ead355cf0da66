package io.barnabas.testing;

import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.ReadMemory;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/**
 * A partition's log in memory. Batches are durable at once, unless the test holds them back with {@link #holdWrites}:
 * then they are written but neither acknowledged nor visible until {@link #releaseWrites}, or lost by {@link
 * #failWrites}. Thread-safe; listeners and stages are called without the lock.
 */
public final class InMemoryPartitionLog implements PartitionLog {
    private final LogId id;
    private final int epoch;
    private final List<ByteBuffer> batches = new ArrayList<>();
    private final List<LongConsumer> listeners = new ArrayList<>();
    private final Deque<Held> held = new ArrayDeque<>();
    private long logStartOffset;
    private long endOffset;
    private long highWatermark;
    private boolean holding;
    private boolean closed;
    private Optional<ErrorCode> refusal = Optional.empty();
    private Optional<ErrorCode> doubt = Optional.empty();

    public InMemoryPartitionLog(TopicPartition partition) {
        this(new LogId(new UUID(0, 1), partition), 0);
    }

    public InMemoryPartitionLog(LogId id, int epoch) {
        this.id = id;
        this.epoch = epoch;
    }

    private record Held(CompletableFuture<AppendResult> stage, AppendResult result) {}

    /** From now on it is not sure to be the owner's log, for this reason. */
    public synchronized void doubt(ErrorCode why) {
        doubt = Optional.of(why);
    }

    @Override
    public synchronized CompletionStage<Void> owned() {
        return doubt.isPresent()
                ? CompletableFuture.failedFuture(failure(doubt.get()))
                : CompletableFuture.completedFuture(null);
    }

    /** From now on nothing becomes durable. */
    public synchronized void holdWrites() {
        holding = true;
    }

    /** What was held back is durable, and what comes is at once. */
    public void releaseWrites() {
        List<Held> durable = takeHeld();
        publish();
        durable.forEach(write -> write.stage().complete(write.result()));
    }

    /** What was held back is lost and fails; what comes is durable at once. */
    public void failWrites(ErrorCode code) {
        List<Held> lost;
        synchronized (this) {
            lost = takeHeld();
            batches.removeIf(batch -> RecordBatch.at(batch).baseOffset() >= highWatermark);
            endOffset = highWatermark;
        }
        lost.forEach(write -> write.stage().completeExceptionally(failure(code)));
    }

    /** Appends fail at once with this from now on; empty lets them through again. */
    public synchronized void refuseWrites(Optional<ErrorCode> code) {
        refusal = code;
    }

    /** How many appends are held back. */
    public synchronized int heldCount() {
        return held.size();
    }

    /** A log of the same durable batches under a later epoch, as if opened after a crash. */
    public synchronized InMemoryPartitionLog reopened() {
        InMemoryPartitionLog next = new InMemoryPartitionLog(id, epoch + 1);
        for (ByteBuffer batch : batches) {
            if (RecordBatch.at(batch).baseOffset() < highWatermark) {
                next.batches.add(batch);
            }
        }
        next.logStartOffset = logStartOffset;
        next.endOffset = highWatermark;
        next.highWatermark = highWatermark;
        return next;
    }

    /** Takes away what is there from an offset on and keeps its end, as compaction does with old removals. */
    public synchronized void compactFrom(long offset) {
        batches.removeIf(batch -> RecordBatch.at(batch).baseOffset() >= offset);
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
    public synchronized long logStartOffset() {
        return logStartOffset;
    }

    @Override
    public synchronized long endOffset() {
        return endOffset;
    }

    @Override
    public synchronized long highWatermark() {
        return highWatermark;
    }

    @Override
    public CompletionStage<AppendResult> append(ByteBuffer bytes, Acks acks) {
        CompletableFuture<AppendResult> stage = new CompletableFuture<>();
        AppendResult result;
        synchronized (this) {
            if (closed || refusal.isPresent()) {
                return CompletableFuture.failedFuture(failure(closed ? ErrorCode.NOT_OWNER : refusal.get()));
            }
            result = write(bytes);
            if (holding && acks == Acks.ALL) {
                held.add(new Held(stage, result));
                return stage;
            }
            highWatermark = held.isEmpty() ? endOffset : highWatermark;
        }
        publish();
        stage.complete(result);
        return stage;
    }

    @Override
    public CompletionStage<ReadResult> read(long offset, int maxBytes) {
        return read(offset, maxBytes, ReadMemory.FRESH);
    }

    @Override
    public synchronized CompletionStage<ReadResult> read(long offset, int maxBytes, ReadMemory memory) {
        if (closed) {
            return CompletableFuture.failedFuture(failure(ErrorCode.NOT_OWNER));
        }
        if (offset < logStartOffset || offset > highWatermark) {
            return CompletableFuture.failedFuture(failure(ErrorCode.OFFSET_OUT_OF_RANGE));
        }
        List<ByteBuffer> found = new ArrayList<>();
        int size = 0;
        for (ByteBuffer bytes : batches) {
            RecordBatch batch = RecordBatch.at(bytes);
            boolean wanted = batch.lastOffset() >= offset && batch.endOffset() <= highWatermark;
            if (wanted && (found.isEmpty() || size + bytes.remaining() <= maxBytes)) {
                found.add(bytes);
                size += bytes.remaining();
            } else if (!found.isEmpty()) {
                break;
            }
        }
        ByteBuffer all = memory.take(size);
        found.forEach(batch -> all.put(batch.duplicate()));
        return CompletableFuture.completedFuture(
                new ReadResult(all.flip().asReadOnlyBuffer(), highWatermark, logStartOffset));
    }

    @Override
    public synchronized Registration onHighWatermark(LongConsumer listener) {
        listeners.add(listener);
        return () -> remove(listener);
    }

    @Override
    public synchronized CompletionStage<Optional<OffsetAndTimestamp>> offsetForTimestamp(long timestamp) {
        for (ByteBuffer bytes : batches) {
            RecordCursor cursor = RecordBatch.at(bytes).records(RecordLimits.DEFAULT);
            while (cursor.next()) {
                if (cursor.timestamp() >= timestamp
                        && cursor.offset() >= logStartOffset
                        && cursor.offset() < highWatermark) {
                    return CompletableFuture.completedFuture(
                            Optional.of(new OffsetAndTimestamp(cursor.offset(), cursor.timestamp())));
                }
            }
        }
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public synchronized CompletionStage<Long> truncateBefore(long offset) {
        if (offset > highWatermark) {
            return CompletableFuture.failedFuture(failure(ErrorCode.OFFSET_OUT_OF_RANGE));
        }
        logStartOffset = Math.max(logStartOffset, offset);
        batches.removeIf(batch -> RecordBatch.at(batch).endOffset() <= logStartOffset);
        return CompletableFuture.completedFuture(logStartOffset);
    }

    @Override
    public void configure(LogConfig config) {
        // Rolls, keeps and compacts nothing.
    }

    @Override
    public synchronized LogSize size() {
        return new LogSize(1, batches.stream().mapToLong(ByteBuffer::remaining).sum());
    }

    @Override
    public synchronized CompletionStage<Void> close() {
        closed = true;
        return CompletableFuture.completedFuture(null);
    }

    private AppendResult write(ByteBuffer bytes) {
        long baseOffset = endOffset;
        for (RecordBatch batch : RecordBatches.strict(bytes)) {
            batch.assign(endOffset, epoch);
            ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
            batches.add(copy.put(batch.bytes()).flip());
            endOffset = batch.endOffset();
        }
        return new AppendResult(baseOffset, endOffset - 1, RecordBatch.NO_TIMESTAMP, logStartOffset, false);
    }

    private synchronized List<Held> takeHeld() {
        holding = false;
        List<Held> all = List.copyOf(held);
        held.clear();
        return all;
    }

    private void publish() {
        long visible;
        List<LongConsumer> told;
        synchronized (this) {
            highWatermark = held.isEmpty() ? endOffset : highWatermark;
            visible = highWatermark;
            told = List.copyOf(listeners);
        }
        told.forEach(listener -> listener.accept(visible));
    }

    private synchronized void remove(LongConsumer listener) {
        listeners.remove(listener);
    }

    private BarnabasException failure(ErrorCode code) {
        return new BarnabasException(code, "log " + id + ": " + code);
    }
}
