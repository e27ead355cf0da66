package io.barnabas.broker.group;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * How nodes ask the coordinators of groups.
 *
 * @param waitMs {@code barnabas.coordinator.wait-ms}: how long an operation looks for the coordinator of its group, while
 *     that moves, loads or cannot be reached
 * @param callTimeoutMs {@code barnabas.coordinator.call-timeout-ms}: how long one call may take until it is given up and,
 *     where that does no harm, sent again
 * @param retryDelayMs {@code barnabas.coordinator.retry-delay-ms}: before the second try; doubles up to a second, and is
 *     cut short by a change of the cluster
 * @param absenceMs {@code barnabas.coordinator.absence-ms}: how long a coordinator keeps members that it has from an
 *     earlier one, when their node is out of the cluster and still answers
 * @param maxWaitingCommits {@code barnabas.coordinator.max-waiting-commits}: commits of one member that wait for each
 *     other
 * @param journalHomes {@code barnabas.coordinator.journal-homes}: whether the journal of groups says where members live
 */
public record RoutingSettings(
        int waitMs, int callTimeoutMs, int retryDelayMs, int absenceMs, int maxWaitingCommits, boolean journalHomes) {
    /** What a node runs with when nothing is set. */
    public static final RoutingSettings DEFAULTS = new RoutingSettings(15_000, 5_000, 50, 2_000, 1_000, true);

    public RoutingSettings {
        if (waitMs < 1 || callTimeoutMs < 1 || retryDelayMs < 1 || absenceMs < 1 || maxWaitingCommits < 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "every number of barnabas.coordinator.* must be positive");
        }
    }
}
