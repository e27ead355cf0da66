package io.barnabas.record;

/**
 * What reading the records of one batch may cost.
 *
 * @param maxDecompressedBytes of one batch's records after decompression, inclusive
 * @param maxRecordBytes of one record as the batch holds it, key, value and headers included, inclusive
 */
public record RecordLimits(int maxDecompressedBytes, int maxRecordBytes) {
    /** Far above what clients send by default (1 MiB a batch), yet what a small heap can hold a few of. */
    public static final int DEFAULT_MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024;

    public static final int DEFAULT_MAX_RECORD_BYTES = 16 * 1024 * 1024;

    public static final RecordLimits DEFAULT =
            new RecordLimits(DEFAULT_MAX_DECOMPRESSED_BYTES, DEFAULT_MAX_RECORD_BYTES);

    public RecordLimits {
        if (maxDecompressedBytes < 1 || maxRecordBytes < 1) {
            throw new IllegalArgumentException("record limits must be positive");
        }
    }
}
