package io.barnabas.log;

import io.barnabas.record.Acks;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/**
 * One partition's log under one owner epoch. Thread-safe: appends from any thread are queued and written by one writer
 * at a time, in the order of the calls.
 *
 * <pre>
 *   logStartOffset &lt;= highWatermark &lt;= endOffset
 *   readers see [logStartOffset, highWatermark)
 * </pre>
 *
 * <p>The high watermark never passes a batch that was appended with {@link Acks#ALL} and is not durable yet; batches
 * with weaker acks become visible when they are written, as far as nothing stronger waits before them.
 *
 * <p>Errors are {@link io.barnabas.record.BarnabasException}: {@code NOT_OWNER} after {@link #close} or a newer open,
 * {@code READ_ONLY}, {@code DISK_FULL}, {@code OVERLOADED} over the bound of waiting appends, {@code
 * OFFSET_OUT_OF_RANGE}, {@code CORRUPT_DATA}, {@code STORAGE_ERROR}.
 */
public interface PartitionLog {
    LogId id();

    int epoch();

    /** The first offset that can be read, inclusive. */
    long logStartOffset();

    /** The offset the next record gets, exclusive end of what is written. */
    long endOffset();

    /** Exclusive end of what readers may see. */
    long highWatermark();

    /**
     * Completes when nobody had taken this log over when it was called; otherwise it fails, with {@code NOT_OWNER} or
     * with an error that may be gone later. For whoever is about to say that nothing more is there: an owner that was paused
     * does not know by itself what another has done since. What fails with {@code OFFSET_OUT_OF_RANGE} has asked, and a
     * log that another machine keeps has asked there.
     */
    default CompletionStage<Void> owned() {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * What readers may see now; asked of the owner, who is sure that it is that. The accessors above answer what was heard
     * last.
     */
    default CompletionStage<Range> range() {
        return CompletableFuture.completedFuture(new Range(logStartOffset(), highWatermark()));
    }

    /**
     * Appends whole batches, back to back, between the buffer's position and limit. They must have been checked with
     * {@link io.barnabas.record.BatchCheck}; offsets and epoch are patched into the buffer in place, so the caller must
     * not touch it until the stage completes. All batches of one call get consecutive offsets and are written together.
     *
     * @return completes as {@code acks} asks: with ALL when durable, otherwise when written
     */
    CompletionStage<AppendResult> append(ByteBuffer batches, Acks acks);

    /**
     * Reads whole batches from the one that holds {@code offset} (so the first may start before it) up to the high
     * watermark, at most {@code maxBytes} but at least one batch if there is one. At the high watermark the result is
     * empty; outside of {@code [logStartOffset, highWatermark]} it fails with {@code OFFSET_OUT_OF_RANGE}. After a crash
     * offsets that were given out before it are in range and read as empty until the high watermark has reached them.
     */
    CompletionStage<ReadResult> read(long offset, int maxBytes);

    /**
     * As {@link #read(long, int)}, with the answer's batches in the caller's memory, which stays the caller's. A log whose
     * batches come in memory of their own takes none.
     */
    default CompletionStage<ReadResult> read(long offset, int maxBytes, ReadMemory memory) {
        return read(offset, maxBytes);
    }

    /**
     * Calls {@code listener} with the new high watermark whenever it moves, never while holding a lock, on a thread that
     * must not be blocked. Calls may be merged. Close the handle to stop.
     */
    Registration onHighWatermark(LongConsumer listener);

    /** The first record at or after {@code timestamp} (ms), below the high watermark. */
    CompletionStage<Optional<OffsetAndTimestamp>> offsetForTimestamp(long timestamp);

    /** Moves the log start to {@code offset}, deletes segments wholly below it; answers the new log start. */
    CompletionStage<Long> truncateBefore(long offset);

    /** Applies a changed configuration to what is appended, rolled, kept and compacted from now on. */
    void configure(LogConfig config);

    LogSize size();

    /** Forces what was written, then refuses everything with {@code NOT_OWNER}. Idempotent. */
    CompletionStage<Void> close();

    /** A listener's registration; closing it twice is fine. */
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * What an append did.
     *
     * @param baseOffset of the first record appended
     * @param lastOffset of the last, inclusive
     * @param appendTimeMs the append time written into the batches, or -1 when they keep their own timestamps
     * @param logStartOffset of the log after the append
     * @param duplicate the batches were appended before by the same producer; the offsets are those of that append
     */
    record AppendResult(long baseOffset, long lastOffset, long appendTimeMs, long logStartOffset, boolean duplicate) {}

    /**
     * What a read found.
     *
     * @param batches whole batches back to back, read-only; empty at the end
     * @param highWatermark at the time of the read
     * @param logStartOffset at the time of the read
     */
    record ReadResult(ByteBuffer batches, long highWatermark, long logStartOffset) {}

    /**
     * What readers may see.
     *
     * @param beginning the first offset that can be read
     * @param end the high watermark, exclusive
     */
    record Range(long beginning, long end) {}

    /** A record's place and time. */
    record OffsetAndTimestamp(long offset, long timestamp) {}

    /** What the log occupies. */
    record LogSize(int segmentCount, long sizeBytes) {}
}
