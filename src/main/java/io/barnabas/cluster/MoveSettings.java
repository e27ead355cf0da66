package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * How partitions move from node to node where their logs lie within reach of all; each is a setting {@code
 * barnabas.move.<kebab-name>}.
 *
 * @param absenceMs how long a node that is gone keeps its partitions, so that one that is back at once finds them still its
 *     own; they are offline for so long
 * @param handOverWaitMs how long a node waits for a live one to release a partition before it takes it all the same,
 *     which is safe but costs the old owner an error
 * @param inFlight at most so many partitions are on their way at the same time, those of lost nodes not counted
 */
public record MoveSettings(long absenceMs, long handOverWaitMs, int inFlight) {
    public static final MoveSettings DEFAULTS = new MoveSettings(100, 10_000, 100);

    public MoveSettings {
        if (inFlight < 1) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "moves in flight must be at least 1, got " + inFlight);
        }
    }
}
