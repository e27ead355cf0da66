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
 * @param openTimeoutMs how long the creation of a topic waits for its partitions to open
 */
public record BrokerSettings(
        int defaultPartitionCount,
        int maxFetchBytes,
        int maxFetchWaitMs,
        int maxWaitingFetches,
        int maxDecompressedBytes,
        int openTimeoutMs) {

    /** What holds when nothing is set. */
    public static final BrokerSettings DEFAULTS = new BrokerSettings(1, 16 << 20, 300_000, 10_000, 64 << 20, 30_000);

    public BrokerSettings {
        positive("default partition count", defaultPartitionCount);
        positive("max fetch bytes", maxFetchBytes);
        positive("max fetch wait", maxFetchWaitMs);
        positive("max waiting fetches", maxWaitingFetches);
        positive("max decompressed bytes", maxDecompressedBytes);
        positive("open timeout", openTimeoutMs);
    }

    private static void positive(String what, int value) {
        if (value < 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "broker: " + what + " must be at least 1, got " + value);
        }
    }
}
