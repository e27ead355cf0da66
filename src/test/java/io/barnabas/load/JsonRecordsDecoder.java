package io.barnabas.load;

import java.io.IOException;

/**
 * Decodes an array of records in the format {@code json}, whose keys and values are strings here (see {@link Payload}),
 * in place: what is told of is a part of the text, quotes included. Confined to one thread.
 */
final class JsonRecordsDecoder {
    private static final int NULL_LENGTH = -1;

    private int keyAt;
    private int keyLength;
    private int valueAt;
    private int valueLength;
    private long offset;
    private int count;

    /** Records told of in the last {@link #decode}. */
    int count() {
        return count;
    }

    /**
     * Tells of every record at or above {@code from} in the array that comes next.
     *
     * @return the offset behind the last record, or {@code from} when there is none
     */
    long decode(JsonScan json, int partition, long from, Target.Deliveries deliveries) throws IOException {
        long next = from;
        count = 0;
        json.expect('[');
        for (boolean more = !json.next(']'); more; more = json.more(']')) {
            readRecord(json);
            if (offset >= from) {
                deliveries.record(
                        partition, offset, json.bytes(), keyAt, keyLength, json.bytes(), valueAt, valueLength);
                next = offset + 1;
                count++;
            }
        }
        return next;
    }

    private void readRecord(JsonScan json) throws IOException {
        keyLength = NULL_LENGTH;
        valueLength = 0;
        offset = NULL_LENGTH;
        json.expect('{');
        for (boolean more = !json.next('}'); more; more = json.more('}')) {
            json.string();
            boolean key = json.was("key");
            boolean value = json.was("value");
            boolean isOffset = json.was("offset");
            json.expect(':');
            if (isOffset) {
                offset = json.number();
            } else if (key && json.atString()) {
                keyLength = json.string();
                keyAt = json.stringAt();
            } else if (value && json.atString()) {
                valueLength = json.string();
                valueAt = json.stringAt();
            } else {
                json.skip();
            }
        }
    }
}
