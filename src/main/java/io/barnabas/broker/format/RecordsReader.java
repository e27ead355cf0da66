package io.barnabas.broker.format;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.Header;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Reads the array of records of a produce request, streaming: one record is held at a time.
 *
 * <pre>
 * [{"key": K, "value": V, "partition": 0, "timestamp": 1700000000000, "headers": [{"key": "h", "value": "base64"}]}]
 *
 * K, V  null (no key; a tombstone), else as the format says: any JSON, a string, a base64 string
 * </pre>
 *
 * <p>{@code value} must be there, so that nobody writes a tombstone by a slip; everything else may be missing or null. A
 * header's value may be null. Unknown fields and fields given twice are refused.
 *
 * <p>Errors name the field, such as {@code records[3].partition}: {@code INVALID_FIELD} for a wrong type or an unknown,
 * doubled or missing field, {@code INVALID_DATA} for what is no base64 or no Unicode, {@code RECORD_TOO_LARGE} and {@code
 * BODY_TOO_LARGE} for limits, {@code MALFORMED_REQUEST} with line and column for broken JSON. Confined to one thread; may
 * be used again, also after an error.
 */
public final class RecordsReader {
    private static final int KEY = 1;
    private static final int VALUE = 1 << 1;
    private static final int PARTITION = 1 << 2;
    private static final int TIMESTAMP = 1 << 3;
    private static final int HEADERS = 1 << 4;
    private static final int NO_HEADER = -1;

    private final RecordFormat format;
    private final RecordsLimits limits;
    private final Scratch bytes;
    private final IncomingRecord record;
    private final List<Header> headers = new ArrayList<>();

    /** Where the reader is, for messages. */
    private final Place place = new Place();

    public RecordsReader(RecordFormat format, RecordsLimits limits) {
        this.format = requireNonNull(format, "format");
        this.limits = requireNonNull(limits, "limits");
        this.bytes = new Scratch(limits.maxRecordBytes(), this::tooLarge);
        this.record = new IncomingRecord(bytes);
    }

    /**
     * Reads the array that starts at the parser's current token, hands each record to {@code sink}, and leaves the
     * parser at the end of the array.
     *
     * @param path what messages call the array, such as {@code records}
     * @return how many records there were, possibly none
     * @throws IOException when the source of the JSON fails
     */
    public int read(JsonParser parser, String path, RecordSink sink) throws IOException {
        try {
            place.path = path;
            return readArray(parser, sink);
        } catch (IOException e) {
            throw Json.refusal(e, parser);
        }
    }

    private int readArray(JsonParser parser, RecordSink sink) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Fields.wrongType(parser, place.path, "an array");
        }
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (count == limits.maxRecords()) {
                throw new BarnabasException(
                        ErrorCode.BODY_TOO_LARGE,
                        place.path + " holds more than " + limits.maxRecords() + " records, the limit");
            }
            place.record(count);
            readRecord(parser, count);
            sink.accept(record);
            count++;
        }
        return count;
    }

    private void readRecord(JsonParser parser, int index) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw Fields.wrongType(parser, place.record(), "an object");
        }
        record.begin(index);
        headers.clear();
        int seen = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int field = fieldOf(name);
            requireFirst(seen, field, name);
            seen |= field;
            parser.nextToken();
            readField(parser, field);
        }
        if ((seen & VALUE) == 0) {
            throw Fields.invalid(place.field("value") + " is missing; a tombstone is an explicit null");
        }
        record.headers(headers);
    }

    private int fieldOf(String name) {
        return switch (name) {
            case "key" -> KEY;
            case "value" -> VALUE;
            case "partition" -> PARTITION;
            case "timestamp" -> TIMESTAMP;
            case "headers" -> HEADERS;
            default -> throw Fields.unknown(place.field(name));
        };
    }

    private void readField(JsonParser parser, int field) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        int start = bytes.size();
        switch (field) {
            case KEY -> {
                readBytes(parser, "key");
                record.key(start, bytes.size() - start);
            }
            case VALUE -> {
                readBytes(parser, "value");
                record.value(start, bytes.size() - start);
            }
            case PARTITION -> record.partition((int) number(parser, "partition", Integer.MAX_VALUE));
            case TIMESTAMP -> record.timestamp(number(parser, "timestamp", Long.MAX_VALUE));
            case HEADERS -> readHeaders(parser);
            default -> throw new IllegalStateException("no field has number " + field);
        }
    }

    private void readBytes(JsonParser parser, String name) throws IOException {
        switch (format) {
            case JSON -> JsonCopy.copy(parser, bytes);
            case TEXT -> {
                require(parser, JsonToken.VALUE_STRING, name, "a string or null");
                writeUtf8(parser, name);
            }
            case BINARY -> bytes.write(base64(parser, name));
        }
    }

    private long number(JsonParser parser, String name, long max) throws IOException {
        require(parser, JsonToken.VALUE_NUMBER_INT, name, "an integer or null");
        boolean fits = parser.getNumberType() != NumberType.BIG_INTEGER;
        long number = fits ? parser.getLongValue() : -1;
        if (number < 0 || number > max) {
            throw Fields.invalid(place.field(name) + " must be from 0 to " + max);
        }
        return number;
    }

    private void readHeaders(JsonParser parser) throws IOException {
        require(parser, JsonToken.START_ARRAY, "headers", "an array or null");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (headers.size() == limits.maxHeaders()) {
                throw new BarnabasException(
                        ErrorCode.RECORD_TOO_LARGE,
                        place.field("headers") + " holds more than " + limits.maxHeaders() + " headers, the limit");
            }
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw Fields.wrongType(parser, place.field("headers[" + headers.size() + "]"), "an object");
            }
            place.header = headers.size();
            headers.add(readHeader(parser));
            place.header = NO_HEADER;
        }
    }

    private Header readHeader(JsonParser parser) throws IOException {
        String key = null;
        byte[] value = null;
        int seen = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int field = headerFieldOf(name);
            requireFirst(seen, field, name);
            seen |= field;
            JsonToken token = parser.nextToken();
            if (field == KEY) {
                key = headerKey(parser);
            } else if (token != JsonToken.VALUE_NULL) {
                value = base64(parser, name);
                // Its bytes are kept elsewhere, but they count.
                bytes.skip(value.length);
            }
        }
        if (seen != (KEY | VALUE)) {
            throw Fields.invalid(place.field((seen & KEY) == 0 ? "key" : "value") + " is missing");
        }
        return new Header(key, value);
    }

    private int headerFieldOf(String name) {
        return switch (name) {
            case "key" -> KEY;
            case "value" -> VALUE;
            default -> throw Fields.unknown(place.field(name));
        };
    }

    private String headerKey(JsonParser parser) throws IOException {
        require(parser, JsonToken.VALUE_STRING, "key", "a string");
        // Written to the record's bytes although kept as a string, so that it counts.
        writeUtf8(parser, "key");
        return parser.getText();
    }

    private void writeUtf8(JsonParser parser, String name) throws IOException {
        if (!bytes.writeUtf8(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength())) {
            throw new BarnabasException(ErrorCode.INVALID_DATA, place.field(name) + " holds half of a surrogate pair");
        }
    }

    private byte[] base64(JsonParser parser, String name) throws IOException {
        require(parser, JsonToken.VALUE_STRING, name, "a base64 string or null");
        // Three bytes for four characters: what cannot fit is not decoded first.
        if (parser.getTextLength() / 4L * 3 > limits.maxRecordBytes() + 2L) {
            throw tooLarge();
        }
        try {
            return Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw new BarnabasException(ErrorCode.INVALID_DATA, place.field(name) + " is not valid base64");
        }
    }

    private void requireFirst(int seen, int field, String name) {
        if ((seen & field) != 0) {
            throw Fields.twice(place.field(name));
        }
    }

    private void require(JsonParser parser, JsonToken wanted, String name, String what) {
        if (parser.currentToken() != wanted) {
            throw Fields.wrongType(parser, place.field(name), what);
        }
    }

    private BarnabasException tooLarge() {
        return new BarnabasException(
                ErrorCode.RECORD_TOO_LARGE,
                place.record() + " has more than " + limits.maxRecordBytes() + " bytes, the limit");
    }

    /** The current record's place in the request; its texts are made only when an error needs them. */
    private static final class Place {
        private String path = "";
        private int index;
        private int header = NO_HEADER;

        void record(int number) {
            index = number;
            header = NO_HEADER;
        }

        String record() {
            return path + "[" + index + "]";
        }

        /** A field of the record or, within one, of the header. */
        String field(String name) {
            return record() + (header == NO_HEADER ? "." : ".headers[" + header + "].") + Fields.shown(name);
        }
    }
}
