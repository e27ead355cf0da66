package io.barnabas.record;

import java.util.Arrays;
import java.util.List;

/**
 * One record: key, value, timestamp, headers. Key and value are bytes and may be null; a null value is a tombstone.
 * Arrays are not copied: treat them as immutable.
 *
 * @param offset the record's number in its partition; before the owner has numbered it, its place in its batch
 * @param timestamp milliseconds since the epoch
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on the hot path; equality is by content, below
public record LogRecord(long offset, long timestamp, byte[] key, byte[] value, List<Header> headers) {
    public LogRecord {
        headers = List.copyOf(headers);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LogRecord that
                && offset == that.offset
                && timestamp == that.timestamp
                && Arrays.equals(key, that.key)
                && Arrays.equals(value, that.value)
                && headers.equals(that.headers);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(offset) * 31 + Arrays.hashCode(key) * 7 + Arrays.hashCode(value);
    }
}
