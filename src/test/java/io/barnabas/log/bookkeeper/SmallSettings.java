package io.barnabas.log.bookkeeper;

/** Settings with which a test needs few bytes and little time. */
final class SmallSettings {
    private SmallSettings() {}

    static BookKeeperSettings with(int maxEntryBytes, long rollBytes, long snapshotBytes) {
        return with(maxEntryBytes, rollBytes, snapshotBytes, BookKeeperSettings.DEFAULTS.snapshotEntries());
    }

    static BookKeeperSettings with(int maxEntryBytes, long rollBytes, long snapshotBytes, int snapshotEntries) {
        BookKeeperSettings defaults = BookKeeperSettings.DEFAULTS;
        return new BookKeeperSettings(
                defaults.root(),
                3,
                3,
                2,
                maxEntryBytes,
                defaults.entriesInFlight(),
                rollBytes,
                defaults.rollIntervalMs(),
                defaults.reducedRollIntervalMs(),
                snapshotBytes,
                snapshotEntries,
                1 << 10,
                defaults.maxLedgersPerPartition(),
                0,
                1 << 20,
                64 << 10,
                defaults.openLedgers(),
                3_000,
                100,
                1_000,
                2_000,
                2_000,
                500,
                200,
                500,
                1,
                1,
                0,
                defaults.orphanIntervalMs(),
                defaults.orphanAgeMs(),
                false,
                0,
                defaults.rehearsalPauseMs());
    }

    /** The defaults with so many bookies. */
    static BookKeeperSettings copies(int copies) {
        BookKeeperSettings defaults = BookKeeperSettings.DEFAULTS;
        return new BookKeeperSettings(
                defaults.root(),
                copies,
                copies,
                Math.min(2, copies),
                defaults.maxEntryBytes(),
                defaults.entriesInFlight(),
                defaults.rollBytes(),
                defaults.rollIntervalMs(),
                defaults.reducedRollIntervalMs(),
                defaults.snapshotBytes(),
                defaults.snapshotEntries(),
                defaults.indexIntervalBytes(),
                defaults.maxLedgersPerPartition(),
                defaults.tailCacheBytes(),
                defaults.readAheadBytes(),
                defaults.readWindowBytes(),
                defaults.openLedgers(),
                defaults.replicaWaitMs(),
                defaults.retryIntervalMs(),
                defaults.addTimeoutMs(),
                defaults.addQuorumTimeoutMs(),
                defaults.readTimeoutMs(),
                defaults.impairedAfterMs(),
                defaults.probeIntervalMs(),
                defaults.recoveredAfterMs(),
                defaults.ioThreads(),
                defaults.workerThreads(),
                defaults.deleteDelayMs(),
                defaults.orphanIntervalMs(),
                defaults.orphanAgeMs(),
                defaults.orphanDeletion(),
                0,
                defaults.rehearsalPauseMs());
    }
}
