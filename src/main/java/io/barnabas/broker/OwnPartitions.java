package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.LocalLogs;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.log.ReadMemory;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletionStage;

/** What other nodes may ask of this one's partitions. Thread-safe. */
public final class OwnPartitions implements LocalLogs {
    private final Partitions partitions;
    private final Fetching fetching;

    public OwnPartitions(Partitions partitions, Fetching fetching) {
        this.partitions = requireNonNull(partitions, "partitions");
        this.fetching = requireNonNull(fetching, "fetching");
    }

    @Override
    public CompletionStage<Void> opened(LogId id, int epoch) {
        return partitions.opened(id, epoch);
    }

    @Override
    public PartitionLog log(LogId id, int epoch) {
        return partitions.own(id, epoch);
    }

    /** For the asking node it is a matter of who owns the partition next, why this one does not write. */
    @Override
    public PartitionLog writableLog(LogId id, int epoch) {
        try {
            partitions.requireWritable();
        } catch (BarnabasException e) {
            throw new BarnabasException(
                    ErrorCode.NOT_OWNER, "the owner of partition " + id + " cannot write: " + e.getMessage());
        }
        return partitions.own(id, epoch);
    }

    @Override
    public CompletionStage<ReadResult> fetch(PartitionLog log, long offset, int maxBytes, int waitMs) {
        return fetching.fetch(log, offset, maxBytes, waitMs, ReadMemory.FRESH);
    }
}
