package io.barnabas.group;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * The limits and times of the group coordinator; each is a setting {@code barnabas.group.<kebab-name>}.
 *
 * @param journalPartitions partitions of the journal topic; must never change once groups exist
 * @param singleTopic whether a group is bound to the one topic it first reads
 * @param initialRebalanceDelayMs how long an empty group waits for more members before the first assignment
 * @param sessionTimeoutMs a member's silence until it is taken for dead, where it asks for nothing else
 * @param minSessionTimeoutMs the least a member may ask for
 * @param maxSessionTimeoutMs the most a member may ask for
 * @param rebalanceTimeoutMs how long a member may take to let go, where it asks for nothing else
 * @param maxRebalanceTimeoutMs the most a member may ask for
 * @param offsetsRetentionMs how long offsets of a group without members are kept
 * @param maxGroups groups on this node
 * @param maxMembersPerGroup members of one group
 * @param maxTopicsPerSubscription topics one member may subscribe to
 * @param maxMetadataBytes UTF-8 bytes of the note beside a committed offset
 * @param maxOffsetsPerCommit partitions in one commit
 * @param maxCommitBytes UTF-8 bytes of all notes of one commit, so that it fits one batch of the journal
 * @param maxInstancesPerGroup HTTP consumer instances of one group
 * @param maxInstances HTTP consumer instances on this node
 * @param maxInstanceBytes size of one instance as journaled
 * @param maxInstanceIdleTimeoutMs the longest idle time-out of an instance
 * @param maxQueuedEvents events that wait for one journal partition
 * @param maxPendingWrites answers of one journal partition that wait for the disk
 * @param loadReadBytes how much of the journal is read at once while loading
 * @param reloadDelayMs wait before a journal partition is loaded again after its log failed
 */
public record GroupSettings(
        int journalPartitions,
        boolean singleTopic,
        int initialRebalanceDelayMs,
        int sessionTimeoutMs,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int rebalanceTimeoutMs,
        int maxRebalanceTimeoutMs,
        long offsetsRetentionMs,
        int maxGroups,
        int maxMembersPerGroup,
        int maxTopicsPerSubscription,
        int maxMetadataBytes,
        int maxOffsetsPerCommit,
        int maxCommitBytes,
        int maxInstancesPerGroup,
        int maxInstances,
        int maxInstanceBytes,
        long maxInstanceIdleTimeoutMs,
        int maxQueuedEvents,
        int maxPendingWrites,
        int loadReadBytes,
        int reloadDelayMs) {

    /** What a node runs with when nothing is set. */
    public static final GroupSettings DEFAULTS = new GroupSettings(
            8,
            true,
            0,
            45_000,
            6_000,
            1_800_000,
            60_000,
            1_800_000,
            604_800_000L,
            10_000,
            1_000,
            100,
            4_096,
            1_000,
            262_144,
            1_000,
            10_000,
            65_536,
            86_400_000L,
            10_000,
            10_000,
            1_048_576,
            1_000);

    public GroupSettings {
        atLeast("journal-partitions", journalPartitions, 1);
        atLeast("initial-rebalance-delay-ms", initialRebalanceDelayMs, 0);
        atLeast("min-session-timeout-ms", minSessionTimeoutMs, 1);
        atLeast("session-timeout-ms", sessionTimeoutMs, minSessionTimeoutMs);
        atLeast("max-session-timeout-ms", maxSessionTimeoutMs, sessionTimeoutMs);
        atLeast("rebalance-timeout-ms", rebalanceTimeoutMs, 1);
        atLeast("max-rebalance-timeout-ms", maxRebalanceTimeoutMs, rebalanceTimeoutMs);
        atLeast("offsets-retention-ms", offsetsRetentionMs, 1);
        atLeast("max-groups", maxGroups, 1);
        atLeast("max-members-per-group", maxMembersPerGroup, 1);
        atLeast("max-topics-per-subscription", maxTopicsPerSubscription, 1);
        atLeast("max-metadata-bytes", maxMetadataBytes, 0);
        atLeast("max-offsets-per-commit", maxOffsetsPerCommit, 1);
        atLeast("max-commit-bytes", maxCommitBytes, maxMetadataBytes);
        atLeast("max-instances-per-group", maxInstancesPerGroup, 1);
        atLeast("max-instances", maxInstances, 1);
        atLeast("max-instance-bytes", maxInstanceBytes, 1);
        atLeast("max-instance-idle-timeout-ms", maxInstanceIdleTimeoutMs, 1);
        atLeast("max-queued-events", maxQueuedEvents, 1);
        atLeast("max-pending-writes", maxPendingWrites, 1);
        atLeast("load-read-bytes", loadReadBytes, 1);
        atLeast("reload-delay-ms", reloadDelayMs, 1);
    }

    private static void atLeast(String setting, long value, long least) {
        if (value < least) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "barnabas.group." + setting + " must be at least " + least + ", got " + value);
        }
    }
}
