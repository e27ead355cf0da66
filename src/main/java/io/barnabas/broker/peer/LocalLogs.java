package io.barnabas.broker.peer;

import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import java.util.concurrent.CompletionStage;

/** The partitions that this node itself owns, for calls of other nodes. Thread-safe. */
public interface LocalLogs {
    /**
     * Completes when the log is not being opened here under this epoch, at once or after it was for a while; after half a
     * second at the latest. Fails when this node ends.
     */
    CompletionStage<Void> opened(LogId id, int epoch);

    /**
     * The log, open here under this epoch.
     *
     * @throws io.barnabas.record.BarnabasException {@code NOT_OWNER} when it is not, or is another topic's; {@code
     *     PARTITION_OFFLINE} when it is being opened or could not be
     */
    PartitionLog log(LogId id, int epoch);

    /** As {@link #log}, for writing; {@code NOT_OWNER} too while this node must not write. */
    PartitionLog writableLog(LogId id, int epoch);

    /** As {@link PartitionLog#read}, with a long poll. */
    CompletionStage<ReadResult> fetch(PartitionLog log, long offset, int maxBytes, int waitMs);
}
