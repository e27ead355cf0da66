package io.barnabas.broker;

/**
 * The broker's limits.
 *
 * @param defaultPartitionCount {@code barnabas.topics.default-partition-count}: of a topic created without a number
 * @param maxFetchBytes {@code barnabas.fetch.max-bytes}: most that one fetch answers, over all its partitions
 * @param maxFetchWaitMs {@code barnabas.fetch.max-wait-ms}: longest long poll
 * @param maxWaitingFetches {@code barnabas.fetch.max-waiting}: long polls that may wait at once
 * @param maxRequestRecords {@code barnabas.produce.max-request-records}: records in one produce request
 * @param maxRequestBytes {@code barnabas.produce.max-request-bytes}: bytes of one produce request, as received
 * @param maxDecompressedBytes {@code barnabas.produce.max-decompressed-bytes}: of one batch from a client
 * @param openTimeoutMs {@code barnabas.topics.open-timeout-ms}: how long a creation waits for its partitions to open
 */
public record BrokerSettings(
        int defaultPartitionCount,
        int maxFetchBytes,
        int maxFetchWaitMs,
        int maxWaitingFetches,
        int maxRequestRecords,
        int maxRequestBytes,
        int maxDecompressedBytes,
        int openTimeoutMs) {

    /** What holds when nothing is set. */
    public static BrokerSettings defaults() {
        return new BrokerSettings(1, 16 << 20, 300_000, 10_000, 100_000, 16 << 20, 64 << 20, 30_000);
    }
}
