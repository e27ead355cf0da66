package io.barnabas.log;

/** The defaults with one thing changed. */
final class BenchSettings {
    private BenchSettings() {}

    static EmbeddedLogSettings journalRange(EmbeddedLogSettings of, int journalRangeBytes) {
        return with(of, journalRangeBytes, of.openFiles());
    }

    static EmbeddedLogSettings openFiles(EmbeddedLogSettings of, int openFiles) {
        return with(of, of.journalRangeBytes(), openFiles);
    }

    private static EmbeddedLogSettings with(EmbeddedLogSettings of, int journalRangeBytes, int openFiles) {
        return new EmbeddedLogSettings(
                of.appendThreads(),
                of.readThreads(),
                of.openThreads(),
                of.flushThreads(),
                of.waitingReads(),
                of.partitionWaitingBytes(),
                of.totalWaitingBytes(),
                of.turnBytes(),
                of.readBytes(),
                of.journalBytes(),
                journalRangeBytes,
                of.checkpointIntervalMs(),
                of.checkpointBytes(),
                of.housekeepingIntervalMs(),
                of.deleteDelayMs(),
                openFiles,
                of.producersPerPartition(),
                of.producerExpiryMs(),
                of.producerSnapshotBytes(),
                of.idempotencyKeysPerPartition(),
                of.idempotencyWindowMs(),
                of.clockHoldMs(),
                of.compactionMapBytes(),
                of.compactionBytesPerSecond(),
                of.verifyEveryRead());
    }
}
