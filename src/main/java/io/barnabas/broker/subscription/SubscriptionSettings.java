package io.barnabas.broker.subscription;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * How subscriptions read and how their members live.
 *
 * @param readBytes {@code barnabas.subscription.read-bytes}: read from a partition at once, the memory that one
 *     subscription needs for records on their way
 * @param sharedReadBytes {@code barnabas.subscription.shared-read-bytes}: kept of what was read last from partitions
 *     that several subscriptions follow, with the frames made of it, so that it is read and encoded once for all
 * @param followersPerMs {@code barnabas.subscription.followers-per-ms}: how many subscriptions to one partition are told
 *     of new records in a millisecond, on an average; when there are more they are told of several records at once
 * @param maxCredit {@code barnabas.subscription.max-credit}: most records that a reader can have asked for
 * @param autoCommitIntervalMs {@code barnabas.subscription.auto-commit-interval-ms}: how often what was received is
 *     committed
 * @param sessionTimeoutMs {@code barnabas.subscription.session-timeout-ms}: silence after which the coordinator takes a
 *     member for dead, when the node that holds its connection has vanished
 * @param rebalanceTimeoutMs {@code barnabas.subscription.rebalance-timeout-ms}: how long a member may take to let go of
 *     partitions
 * @param recheckIntervalMs {@code barnabas.subscription.recheck-interval-ms}: how often partitions that could not be
 *     read are tried again
 */
public record SubscriptionSettings(
        int readBytes,
        long sharedReadBytes,
        int followersPerMs,
        long maxCredit,
        int autoCommitIntervalMs,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        int recheckIntervalMs) {
    /** What holds when nothing is set. */
    public static final SubscriptionSettings DEFAULTS =
            new SubscriptionSettings(256 << 10, 16L << 20, 25, 10_000_000, 1_000, 30_000, 30_000, 1_000);

    public SubscriptionSettings {
        if (readBytes < 1
                || sharedReadBytes < 1
                || followersPerMs < 1
                || followersPerMs > 1_000_000
                || maxCredit < 1
                || autoCommitIntervalMs < 1
                || sessionTimeoutMs < 1
                || rebalanceTimeoutMs < 1
                || recheckIntervalMs < 1) {
            throw new IllegalArgumentException(
                    "every subscription setting must be positive, and followers-per-ms at most 1000000");
        }
    }

    /** Checks that {@code more} records of credit are allowed on top of those that are left. */
    void requireCredit(long left, long more) {
        if (more > maxCredit - left) {
            throw new BarnabasException(
                    ErrorCode.INVALID_FIELD,
                    "credit would rise from " + left + " by " + more + ", at most " + maxCredit + " is allowed");
        }
    }
}
