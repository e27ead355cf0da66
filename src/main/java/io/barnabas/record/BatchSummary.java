package io.barnabas.record;

/**
 * What a check found in a client's batches.
 *
 * @param batchCount at least 1
 * @param recordCount of all batches together
 * @param maxTimestamp of all records in ms, -1 when none has one
 * @param sizeInBytes of all batches together
 */
public record BatchSummary(int batchCount, int recordCount, long maxTimestamp, int sizeInBytes) {}
