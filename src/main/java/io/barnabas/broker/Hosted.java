package io.barnabas.broker;

import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import java.util.Optional;

/**
 * What this node makes of a partition it owns.
 *
 * <pre>
 *   Opening --opened--&gt; Serving --session lost--&gt; Reading
 *      |
 *      +----failed----&gt; Failed      (a newer ownership replaces any of them by Opening)
 * </pre>
 */
sealed interface Hosted {
    int epoch();

    /** The log, when one is open. */
    default Optional<PartitionLog> openLog() {
        return Optional.empty();
    }

    /** The log is being recovered; nothing is served yet. */
    record Opening(int epoch) implements Hosted {
        Serving toServing(PartitionLog log) {
            return new Serving(epoch, log);
        }

        Failed toFailed(BarnabasException failure) {
            return new Failed(epoch, failure);
        }
    }

    /** Open for reading and appending. */
    record Serving(int epoch, PartitionLog log) implements Hosted {
        Reading toReading() {
            return new Reading(epoch, log);
        }

        @Override
        public Optional<PartitionLog> openLog() {
            return Optional.of(log);
        }
    }

    /** Still open, but only for reading: the claim ended with the session and has not been made anew. */
    record Reading(int epoch, PartitionLog log) implements Hosted {
        @Override
        public Optional<PartitionLog> openLog() {
            return Optional.of(log);
        }
    }

    /** Could not be opened: the partition is offline, the node is not. */
    record Failed(int epoch, BarnabasException failure) implements Hosted {}
}
