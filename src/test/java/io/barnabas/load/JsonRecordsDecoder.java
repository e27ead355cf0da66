package io.barnabas.load;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/**
 * Decodes an array of records in the format {@code json}, whose keys and values are strings here (see {@link Payload}),
 * without an object a record. Confined to one thread.
 */
final class JsonRecordsDecoder {
    private static final byte QUOTE = '"';
    private static final int NULL_LENGTH = -1;

    private byte[] key = new byte[64];
    private byte[] value = new byte[1024];
    private int keyLength;
    private int valueLength;
    private long offset;
    private int count;

    /** Records told of in the last {@link #decode}. */
    int count() {
        return count;
    }

    /**
     * Tells of every record at or above {@code from} in the array at which the parser stands.
     *
     * @return the offset behind the last record, or {@code from} when there is none
     */
    long decode(JsonParser parser, int partition, long from, Target.Deliveries deliveries) throws IOException {
        long next = from;
        count = 0;
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            readRecord(parser);
            if (offset >= from) {
                deliveries.record(partition, offset, key, 0, keyLength, value, 0, valueLength);
                next = offset + 1;
                count++;
            }
        }
        return next;
    }

    private void readRecord(JsonParser parser) throws IOException {
        keyLength = NULL_LENGTH;
        valueLength = 0;
        offset = NULL_LENGTH;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (name) {
                case "offset" -> offset = parser.getLongValue();
                case "key" -> {
                    if (token == JsonToken.VALUE_STRING) {
                        key = room(key, parser.getTextLength() + 2);
                        keyLength = quoted(parser, key);
                    }
                }
                case "value" -> {
                    if (token == JsonToken.VALUE_STRING) {
                        value = room(value, parser.getTextLength() + 2);
                        valueLength = quoted(parser, value);
                    }
                }
                default -> parser.skipChildren();
            }
        }
    }

    private static int quoted(JsonParser parser, byte[] target) throws IOException {
        char[] text = parser.getTextCharacters();
        int at = parser.getTextOffset();
        int length = parser.getTextLength();
        target[0] = QUOTE;
        for (int i = 0; i < length; i++) {
            target[i + 1] = (byte) text[at + i];
        }
        target[length + 1] = QUOTE;
        return length + 2;
    }

    private static byte[] room(byte[] bytes, int needed) {
        return bytes.length < needed ? Arrays.copyOf(bytes, needed * 2) : bytes;
    }
}
