package io.barnabas.broker.format;

/**
 * What one produce request may hold. All inclusive.
 *
 * @param maxRecords of one request
 * @param maxRecordBytes of one record: key, value and headers together, as stored
 * @param maxHeaders of one record
 */
public record RecordsLimits(int maxRecords, int maxRecordBytes, int maxHeaders) {
    public static final int DEFAULT_MAX_RECORDS = 100_000;
    public static final int DEFAULT_MAX_RECORD_BYTES = 16 * 1024 * 1024;
    public static final int DEFAULT_MAX_HEADERS = 100;

    public static final RecordsLimits DEFAULT =
            new RecordsLimits(DEFAULT_MAX_RECORDS, DEFAULT_MAX_RECORD_BYTES, DEFAULT_MAX_HEADERS);

    public RecordsLimits {
        if (maxRecords < 1 || maxRecordBytes < 1 || maxHeaders < 0) {
            throw new IllegalArgumentException("limits of a produce request must be positive");
        }
    }
}
