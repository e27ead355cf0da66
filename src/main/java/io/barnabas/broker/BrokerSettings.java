package io.barnabas.broker;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * The broker's limits; each is a setting {@code barnabas.broker.<kebab-name>}.
 *
 * @param defaultPartitionCount partitions of a topic that is created without a number
 * @param maxFetchBytes most that one fetch answers
 * @param maxFetchWaitMs longest long poll
 * @param maxWaitingFetches long polls that may wait at once
 * @param maxDecompressedBytes of one batch from a client
 * @param openTimeoutMs how long the creation of a topic waits for its partitions to open, on whatever node
 * @param ownershipWaitMs how long a request waits for a partition that changes hands; some seconds more than ZooKeeper's
 *     session time-out, after which a dead owner is replaced
 * @param reconnectWaitMs how long after the connection to ZooKeeper was lost appends wait for it: the node goes to another
 *     server of the ensemble meanwhile
 * @param maxWaitingAppendBytes of appends that wait for an owner, over all partitions
 * @param maxForwardedPolls long polls that may wait at other nodes; more wait here until the owner tells of records
 * @param maxForwardBytes of appends that go to another node in one call; a single larger one still does
 * @param freeReadBytes of arrays that were read into and wait to be used again; 0 keeps none
 */
public record BrokerSettings(
        int defaultPartitionCount,
        int maxFetchBytes,
        int maxFetchWaitMs,
        int maxWaitingFetches,
        int maxDecompressedBytes,
        int openTimeoutMs,
        int ownershipWaitMs,
        int reconnectWaitMs,
        long maxWaitingAppendBytes,
        int maxForwardedPolls,
        int maxForwardBytes,
        long freeReadBytes) {

    /** What holds when nothing is set. */
    public static final BrokerSettings DEFAULTS = new BrokerSettings(
            1, 16 << 20, 300_000, 10_000, 64 << 20, 30_000, 13_000, 3_000, 64L << 20, 256, 4 << 20, 32L << 20);

    public BrokerSettings {
        positive("default partition count", defaultPartitionCount);
        positive("max fetch bytes", maxFetchBytes);
        positive("max fetch wait", maxFetchWaitMs);
        positive("max waiting fetches", maxWaitingFetches);
        positive("max decompressed bytes", maxDecompressedBytes);
        positive("open timeout", openTimeoutMs);
        if (ownershipWaitMs < 0) {
            throw new BarnabasException(ErrorCode.INVALID_CONFIGURATION, "broker: ownership wait must not be negative");
        }
        if (reconnectWaitMs < 0) {
            throw new BarnabasException(ErrorCode.INVALID_CONFIGURATION, "broker: reconnect wait must not be negative");
        }
        positive("max waiting append bytes", maxWaitingAppendBytes);
        positive("max forwarded polls", maxForwardedPolls);
        positive("max forward bytes", maxForwardBytes);
        if (freeReadBytes < 0) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "broker: free read bytes must not be negative");
        }
    }

    /** The same with another patience for partitions that change hands. */
    public BrokerSettings withOwnershipWaitMs(int waitMs) {
        return new BrokerSettings(
                defaultPartitionCount,
                maxFetchBytes,
                maxFetchWaitMs,
                maxWaitingFetches,
                maxDecompressedBytes,
                openTimeoutMs,
                waitMs,
                reconnectWaitMs,
                maxWaitingAppendBytes,
                maxForwardedPolls,
                maxForwardBytes,
                freeReadBytes);
    }

    private static void positive(String what, long value) {
        if (value < 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "broker: " + what + " must be at least 1, got " + value);
        }
    }
}
