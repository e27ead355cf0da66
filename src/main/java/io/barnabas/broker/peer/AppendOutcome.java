package io.barnabas.broker.peer;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.BarnabasException;

/**
 * What became of one append.
 *
 * @param result null when it failed
 * @param failure null when it did not
 */
public record AppendOutcome(AppendResult result, BarnabasException failure) {
    public AppendOutcome {
        if ((result == null) == (failure == null)) {
            throw new IllegalArgumentException("an append has either a result or a failure");
        }
    }

    public static AppendOutcome stored(AppendResult result) {
        return new AppendOutcome(result, null);
    }

    public static AppendOutcome failed(BarnabasException failure) {
        return new AppendOutcome(null, failure);
    }
}
