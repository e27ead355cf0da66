package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * How much one cluster takes. The counts of topics and partitions are checked against the node's view, so topics
 * created at the same moment on several nodes may pass a limit by a few.
 *
 * @param topics at most so many topics, internal ones included
 * @param partitionsPerTopic at most so many partitions in one topic
 * @param partitions at most so many partitions in all
 * @param changesInFlight at most so many topic changes that wait on one node at the same time
 * @param claimsInFlight at most so many partitions claimed in parallel by one node
 */
public record ClusterLimits(
        int topics, int partitionsPerTopic, int partitions, int changesInFlight, int claimsInFlight) {
    public static final ClusterLimits DEFAULT = new ClusterLimits(2_000, 1_000, 20_000, 256, 64);

    public ClusterLimits {
        positive("topics", topics);
        positive("partitionsPerTopic", partitionsPerTopic);
        positive("partitions", partitions);
        positive("changesInFlight", changesInFlight);
        positive("claimsInFlight", claimsInFlight);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "cluster limit " + name + " must be at least 1, got " + value);
        }
    }
}
