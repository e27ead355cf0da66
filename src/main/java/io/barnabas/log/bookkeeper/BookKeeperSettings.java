package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * Bounds and periods of the engine that stores in BookKeeper. What is not about ledgers (threads, waiting appends,
 * producers, compaction) is the other engine's too and lies in {@link io.barnabas.log.EmbeddedLogSettings}.
 *
 * @param root the path of BookKeeper's own metadata, below the cluster's path in ZooKeeper
 * @param ensembleSize bookies over which one ledger is spread
 * @param writeQuorum copies of each entry
 * @param ackQuorum copies that are durable before an append is acknowledged; with fewer bookies than the ensemble takes,
 *     a ledger of just so many is made
 * @param maxEntryBytes largest entry that is sent to a bookie: waiting appends are packed up to this, larger ones split
 * @param entriesInFlight entries of one partition that are sent and not acknowledged
 * @param rollBytes a ledger is ended before it grows beyond this, or beyond a topic's smaller {@code segment.bytes}
 * @param rollIntervalMs and when it is older than this, or than a topic's smaller {@code segment.ms}
 * @param reducedRollIntervalMs a ledger with fewer copies than asked for is ended after this long
 * @param snapshotBytes producer state is written again after this many bytes of a ledger
 * @param snapshotEntries and after this many entries, as small ones take longer to read than their bytes say
 * @param indexIntervalBytes one point of a ledger's index per so many bytes
 * @param maxLedgersPerPartition ledgers of one partition beyond which size and age end none
 * @param tailCacheBytes of the newest entries of all partitions, kept for readers at the end
 * @param readAheadBytes of entries of all partitions read before somebody asked for them
 * @param readWindowBytes read from bookies at once
 * @param openLedgers handles of closed ledgers kept for reading, over all partitions
 * @param replicaWaitMs how long an append waits for bookies before it fails with {@code NOT_ENOUGH_REPLICAS}
 * @param retryIntervalMs wait between two attempts to reach bookies or ZooKeeper
 * @param addTimeoutMs how long one bookie may take to store an entry
 * @param addQuorumTimeoutMs how long enough of them may take
 * @param readTimeoutMs how long one bookie may take to answer a read
 * @param impairedAfterMs when nothing could be stored for so long after something failed, this node's partitions go to
 *     nodes that can store
 * @param probeIntervalMs wait between two attempts to store, while that is in doubt
 * @param recoveredAfterMs how long attempts have to work until this node is given partitions again
 * @param ioThreads threads of the client for its connections
 * @param workerThreads threads of the client for its answers
 * @param deleteDelayMs how long a ledger that a partition has let go stays, for readers that are in it
 * @param orphanIntervalMs how often the node that leads looks for ledgers that no partition names
 * @param orphanAgeMs how old such a ledger must be
 * @param orphanDeletion whether it is deleted; false tells of it in the log
 * @param rehearsals take-overs of a ledger of its own that a node makes after its start; 0 for none
 * @param rehearsalPauseMs between two of them
 */
public record BookKeeperSettings(
        String root,
        int ensembleSize,
        int writeQuorum,
        int ackQuorum,
        int maxEntryBytes,
        int entriesInFlight,
        long rollBytes,
        long rollIntervalMs,
        long reducedRollIntervalMs,
        long snapshotBytes,
        int snapshotEntries,
        int indexIntervalBytes,
        int maxLedgersPerPartition,
        long tailCacheBytes,
        long readAheadBytes,
        int readWindowBytes,
        int openLedgers,
        long replicaWaitMs,
        long retryIntervalMs,
        long addTimeoutMs,
        long addQuorumTimeoutMs,
        long readTimeoutMs,
        long impairedAfterMs,
        long probeIntervalMs,
        long recoveredAfterMs,
        int ioThreads,
        int workerThreads,
        long deleteDelayMs,
        long orphanIntervalMs,
        long orphanAgeMs,
        boolean orphanDeletion,
        int rehearsals,
        long rehearsalPauseMs) {

    public static final BookKeeperSettings DEFAULTS = new BookKeeperSettings(
            "ledgers",
            3,
            3,
            2,
            1 << 20,
            8,
            1L << 30,
            21_600_000,
            600_000,
            32L << 20,
            1_000,
            256 << 10,
            4_000,
            64L << 20,
            64L << 20,
            1 << 20,
            1_000,
            10_000,
            500,
            5_000,
            10_000,
            5_000,
            3_000,
            2_000,
            10_000,
            2,
            2,
            60_000,
            21_600_000,
            86_400_000,
            false,
            100,
            50);

    public BookKeeperSettings {
        if (!root.matches("[A-Za-z0-9._-]+")) {
            throw invalid("root must be one name of letters, digits, '.', '_' and '-', got '" + root + "'");
        }
        within("ackQuorum", ackQuorum, 1, 16);
        within("writeQuorum", writeQuorum, ackQuorum, 16);
        within("ensembleSize", ensembleSize, writeQuorum, 16);
        within("maxEntryBytes", maxEntryBytes, 4 << 10, 4 << 20);
        within("entriesInFlight", entriesInFlight, 1, 1_000);
        within("rollBytes", rollBytes, 1 << 10, Long.MAX_VALUE);
        within("rollIntervalMs", rollIntervalMs, 1, Long.MAX_VALUE);
        within("reducedRollIntervalMs", reducedRollIntervalMs, 1, Long.MAX_VALUE);
        within("snapshotBytes", snapshotBytes, 1 << 10, Long.MAX_VALUE);
        within("snapshotEntries", snapshotEntries, 1, Integer.MAX_VALUE);
        within("indexIntervalBytes", indexIntervalBytes, 1 << 10, Integer.MAX_VALUE);
        within("maxLedgersPerPartition", maxLedgersPerPartition, 2, 5_000);
        within("tailCacheBytes", tailCacheBytes, 0, Long.MAX_VALUE);
        within("readAheadBytes", readAheadBytes, 0, Long.MAX_VALUE);
        within("readWindowBytes", readWindowBytes, 4 << 10, 4 << 20);
        within("openLedgers", openLedgers, 1, Integer.MAX_VALUE);
        within("replicaWaitMs", replicaWaitMs, 1, Long.MAX_VALUE);
        within("retryIntervalMs", retryIntervalMs, 1, Long.MAX_VALUE);
        within("addTimeoutMs", addTimeoutMs, 1_000, 3_600_000);
        within("addQuorumTimeoutMs", addQuorumTimeoutMs, 1_000, 3_600_000);
        within("readTimeoutMs", readTimeoutMs, 1_000, 3_600_000);
        within("impairedAfterMs", impairedAfterMs, 100, 3_600_000);
        within("probeIntervalMs", probeIntervalMs, 100, 3_600_000);
        within("recoveredAfterMs", recoveredAfterMs, 0, 3_600_000);
        within("ioThreads", ioThreads, 1, 1_000);
        within("workerThreads", workerThreads, 1, 1_000);
        within("deleteDelayMs", deleteDelayMs, 0, Long.MAX_VALUE);
        within("orphanIntervalMs", orphanIntervalMs, 1, Long.MAX_VALUE);
        within("orphanAgeMs", orphanAgeMs, 60_000, Long.MAX_VALUE);
        within("rehearsals", rehearsals, 0, 10_000);
        within("rehearsalPauseMs", rehearsalPauseMs, 1, 60_000);
    }

    private static void within(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw invalid(name + " must be from " + least + " to " + most + ", got " + value);
        }
    }

    private static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_CONFIGURATION, message);
    }
}
