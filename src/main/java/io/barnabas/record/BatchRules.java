package io.barnabas.record;

import static java.util.Objects.requireNonNull;

/**
 * What a topic asks of the batches that clients send.
 *
 * @param maxBatchBytes of one batch as sent, header included, inclusive
 * @param keysRequired every record needs a key, because the topic is compacted
 * @param minTimestamp the earliest record timestamp, in ms, inclusive
 * @param maxTimestamp the latest record timestamp, in ms, inclusive
 * @param limits of what reading the records may cost
 */
public record BatchRules(
        int maxBatchBytes, boolean keysRequired, long minTimestamp, long maxTimestamp, RecordLimits limits) {
    public BatchRules {
        requireNonNull(limits, "limits");
        if (maxBatchBytes < RecordBatch.HEADER_BYTES) {
            throw new IllegalArgumentException("maxBatchBytes must hold at least a header, got " + maxBatchBytes);
        }
    }

    /** Rules that limit the size alone: any timestamp, keys optional. */
    public static BatchRules ofSize(int maxBatchBytes) {
        return new BatchRules(maxBatchBytes, false, RecordBatch.NO_TIMESTAMP, Long.MAX_VALUE, RecordLimits.DEFAULT);
    }

    public BatchRules withKeysRequired(boolean required) {
        return new BatchRules(maxBatchBytes, required, minTimestamp, maxTimestamp, limits);
    }

    /** Bounds for record timestamps, both inclusive. Records without a timestamp (-1) pass whatever they are. */
    public BatchRules withTimestamps(long earliest, long latest) {
        return new BatchRules(maxBatchBytes, keysRequired, earliest, latest, limits);
    }

    public BatchRules withLimits(RecordLimits other) {
        return new BatchRules(maxBatchBytes, keysRequired, minTimestamp, maxTimestamp, other);
    }
}
