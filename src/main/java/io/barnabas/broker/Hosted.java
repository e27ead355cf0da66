package io.barnabas.broker;

import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;

/**
 * What this node makes of a partition it owns.
 *
 * <pre>
 *   Opening --opened--&gt; Serving
 *      |
 *      +----failed----&gt; Failed      (a newer ownership replaces any of them by Opening)
 * </pre>
 */
sealed interface Hosted {
    int epoch();

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
    record Serving(int epoch, PartitionLog log) implements Hosted {}

    /** Could not be opened: the partition is offline, the node is not. */
    record Failed(int epoch, BarnabasException failure) implements Hosted {}
}
