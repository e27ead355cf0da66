package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * Bounds and periods of the embedded engine.
 *
 * @param appendThreads threads that write segments
 * @param readThreads threads that read segments
 * @param openThreads threads that open, close and delete logs, most of the time waiting for the disk
 * @param flushThreads threads that force segments in a checkpoint of many logs
 * @param waitingReads reads that may wait for a read thread; more are refused
 * @param partitionWaitingBytes bytes of appends that may wait in one partition, durable ones until they are durable
 * @param totalWaitingBytes the same over all partitions
 * @param turnBytes bytes that one gathered write takes at most (one append always fits)
 * @param readBytes largest answer of one read, unless one batch is larger
 * @param journalBytes the journal never grows beyond this
 * @param journalRangeBytes a partition with at least this much to make durable in one round has its segment forced in
 *     place of a second write to the journal
 * @param checkpointIntervalMs how often segments are flushed behind the journal
 * @param checkpointBytes and after how much was written, if that comes first
 * @param housekeepingIntervalMs how often retention, compaction and expiry run
 * @param deleteDelayMs how long a removed segment's files stay, for readers that are in them
 * @param openFiles files kept open
 * @param producersPerPartition idempotent producers remembered per partition; the longest silent is forgotten first
 * @param producerExpiryMs how long a silent producer is remembered
 * @param producerSnapshotBytes producer state is written to a file after this many appended bytes
 * @param idempotencyKeysPerPartition idempotency keys remembered per partition; one more within the window is refused
 * @param idempotencyWindowMs how long an idempotency key is remembered at least
 * @param clockHoldMs how long a wall clock that jumped ahead must stay there before retention believes it
 * @param compactionMapBytes memory for the keys of one compaction
 * @param compactionBytesPerSecond what compaction reads and writes at most, over all logs together
 * @param verifyEveryRead checks the checksum of every batch served, not only once after opening
 */
public record EmbeddedLogSettings(
        int appendThreads,
        int readThreads,
        int openThreads,
        int flushThreads,
        int waitingReads,
        long partitionWaitingBytes,
        long totalWaitingBytes,
        int turnBytes,
        int readBytes,
        long journalBytes,
        int journalRangeBytes,
        long checkpointIntervalMs,
        long checkpointBytes,
        long housekeepingIntervalMs,
        long deleteDelayMs,
        int openFiles,
        int producersPerPartition,
        long producerExpiryMs,
        long producerSnapshotBytes,
        int idempotencyKeysPerPartition,
        long idempotencyWindowMs,
        long clockHoldMs,
        long compactionMapBytes,
        long compactionBytesPerSecond,
        boolean verifyEveryRead) {

    public static final EmbeddedLogSettings DEFAULTS = new EmbeddedLogSettings(
            2,
            4,
            8,
            4,
            10_000,
            32L << 20,
            256L << 20,
            4 << 20,
            16 << 20,
            256L << 20,
            512 << 10,
            5_000,
            256L << 20,
            300_000,
            60_000,
            4_096,
            10_000,
            86_400_000,
            64L << 20,
            50_000,
            600_000,
            3_600_000,
            64L << 20,
            32L << 20,
            false);

    public EmbeddedLogSettings {
        atLeast("appendThreads", appendThreads, 1);
        atLeast("readThreads", readThreads, 1);
        atLeast("openThreads", openThreads, 1);
        atLeast("flushThreads", flushThreads, 1);
        atLeast("waitingReads", waitingReads, 1);
        atLeast("partitionWaitingBytes", partitionWaitingBytes, 1);
        atLeast("totalWaitingBytes", totalWaitingBytes, partitionWaitingBytes);
        atLeast("turnBytes", turnBytes, 1);
        atLeast("readBytes", readBytes, 1);
        atLeast("journalBytes", journalBytes, 64 << 10);
        atLeast("journalRangeBytes", journalRangeBytes, 1);
        atLeast("checkpointIntervalMs", checkpointIntervalMs, 1);
        atLeast("checkpointBytes", checkpointBytes, 1 << 10);
        atLeast("housekeepingIntervalMs", housekeepingIntervalMs, 1);
        atLeast("deleteDelayMs", deleteDelayMs, 0);
        atLeast("openFiles", openFiles, 16);
        atLeast("producersPerPartition", producersPerPartition, 1);
        atLeast("producerExpiryMs", producerExpiryMs, 1);
        atLeast("producerSnapshotBytes", producerSnapshotBytes, 1);
        atLeast("idempotencyKeysPerPartition", idempotencyKeysPerPartition, 1);
        atLeast("idempotencyWindowMs", idempotencyWindowMs, 1);
        atLeast("clockHoldMs", clockHoldMs, 0);
        atLeast("compactionMapBytes", compactionMapBytes, 1 << 10);
        atLeast("compactionBytesPerSecond", compactionBytesPerSecond, 1 << 10);
    }

    private static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, name + " must be at least " + least + ", got " + value);
        }
    }
}
