package io.barnabas.broker;

import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.Optional;

/** What became of one record of a produce request. */
public sealed interface RecordOutcome {
    /**
     * Stored as durably as was asked for.
     *
     * @param duplicate it was stored before, by the same producer's or key's earlier try, at this offset
     */
    record Stored(int partition, long offset, boolean duplicate) implements RecordOutcome {
        public Stored(int partition, long offset) {
            this(partition, offset, false);
        }
    }

    /**
     * Not stored, as far as this node knows; after a retriable {@code code} it may be sent again.
     *
     * @param partition the record was meant for, -1 when it did not come to one
     */
    record Refused(int partition, ErrorCode code, String message) implements RecordOutcome {}

    /** Why the first record that was refused was refused; absent when all were stored. */
    static Optional<ErrorCode> firstRefusal(List<RecordOutcome> outcomes) {
        for (RecordOutcome outcome : outcomes) {
            if (outcome instanceof Refused refused) {
                return Optional.of(refused.code());
            }
        }
        return Optional.empty();
    }
}
