package io.barnabas.websocket;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the values of a frame's fields. Each method takes the parser at the value's first token and leaves it at its
 * last; what does not fit is an {@code INVALID_FIELD} that names the field. Stateless.
 */
final class JsonFields {
    /** Longer texts are no names of anything we have. */
    private static final int MAX_TEXT_CHARS = 4_096;

    private static final int MAX_ID_CHARS = 256;
    private static final int MAX_PARTITIONS = 100_000;

    private JsonFields() {}

    static FrameId id(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> {
                refuse(parser.getTextLength() > MAX_ID_CHARS, "id is longer than " + MAX_ID_CHARS + " characters");
                yield new FrameId.Text(parser.getText());
            }
            case VALUE_NUMBER_INT -> new FrameId.Whole(number(parser, "id", Long.MIN_VALUE));
            case VALUE_NULL -> new FrameId.None();
            default -> throw invalid("id must be a string or a whole number");
        };
    }

    static String text(JsonParser parser, String field) throws IOException {
        refuse(parser.currentToken() != JsonToken.VALUE_STRING, field + " must be a string");
        refuse(parser.getTextLength() > MAX_TEXT_CHARS, field + " is longer than " + MAX_TEXT_CHARS + " characters");
        return parser.getText();
    }

    static boolean bool(JsonParser parser, String field) throws IOException {
        refuse(!parser.currentToken().isBoolean(), field + " must be true or false");
        return parser.getBooleanValue();
    }

    static long number(JsonParser parser, String field, long least) throws IOException {
        refuse(
                parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                        || parser.getNumberType() == NumberType.BIG_INTEGER
                        || parser.getLongValue() < least,
                field + " must be a whole number" + (least == Long.MIN_VALUE ? "" : " from " + least));
        return parser.getLongValue();
    }

    static long number(JsonParser parser, String field, long least, long most) throws IOException {
        long number = number(parser, field, least);
        refuse(number > most, field + " must be at most " + most);
        return number;
    }

    static int partition(JsonParser parser, String field) throws IOException {
        long number = number(parser, field, 0);
        refuse(number > Integer.MAX_VALUE, field + " must be at most " + Integer.MAX_VALUE);
        return (int) number;
    }

    static Set<Integer> partitions(JsonParser parser, String field) throws IOException {
        refuse(parser.currentToken() != JsonToken.START_ARRAY, field + " must be an array of partition numbers");
        Set<Integer> partitions = new TreeSet<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            refuse(partitions.size() == MAX_PARTITIONS, field + " names more than " + MAX_PARTITIONS);
            partitions.add(partition(parser, field + "[" + partitions.size() + "]"));
        }
        refuse(partitions.isEmpty(), field + " must not be empty");
        return partitions;
    }

    /** {@code "earliest"}, {@code "latest"}, {@code {"offset": n}} or {@code {"timestamp": ms}}. */
    static StartPosition start(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return switch (parser.getText()) {
                case "earliest" -> new StartPosition.Earliest();
                case "latest" -> new StartPosition.Latest();
                default -> throw notAStart(field);
            };
        }
        if (parser.currentToken() != JsonToken.START_OBJECT || parser.nextToken() != JsonToken.FIELD_NAME) {
            throw notAStart(field);
        }
        String name = parser.currentName();
        parser.nextToken();
        StartPosition start =
                switch (name) {
                    case "offset" -> new StartPosition.Offset(number(parser, field + ".offset", 0));
                    case "timestamp" -> new StartPosition.Timestamp(number(parser, field + ".timestamp", 0));
                    default -> throw notAStart(field);
                };
        if (parser.nextToken() != JsonToken.END_OBJECT) {
            throw notAStart(field);
        }
        return start;
    }

    /** {@code [{"partition": 0, "offset": 8, "metadata": "..."}]}. */
    static Map<Integer, CommittedOffset> offsets(JsonParser parser, String field) throws IOException {
        refuse(parser.currentToken() != JsonToken.START_ARRAY, field + " must be an array");
        Map<Integer, CommittedOffset> offsets = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            refuse(offsets.size() == MAX_PARTITIONS, field + " holds more than " + MAX_PARTITIONS + " entries");
            readOffset(parser, field + "[" + offsets.size() + "]", offsets);
        }
        refuse(offsets.isEmpty(), field + " must not be empty");
        return offsets;
    }

    private static void readOffset(JsonParser parser, String path, Map<Integer, CommittedOffset> offsets)
            throws IOException {
        refuse(parser.currentToken() != JsonToken.START_OBJECT, path + " must be an object");
        int partition = -1;
        long offset = -1;
        String metadata = "";
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "partition" -> partition = partition(parser, path + ".partition");
                case "offset" -> offset = number(parser, path + ".offset", 0);
                case "metadata" -> metadata = text(parser, path + ".metadata");
                default -> throw invalid("unknown field '" + path + "." + FrameField.shown(name) + "'");
            }
        }
        refuse(partition < 0, "field '" + path + ".partition' is missing");
        refuse(offset < 0, "field '" + path + ".offset' is missing");
        refuse(
                offsets.put(partition, new CommittedOffset(offset, metadata)) != null,
                path + " names partition " + partition + " again");
    }

    static void refuse(boolean wrong, String message) {
        if (wrong) {
            throw invalid(message);
        }
    }

    static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_FIELD, message);
    }

    private static BarnabasException notAStart(String field) {
        return invalid(field + " must be 'earliest', 'latest', {\"offset\": n} or {\"timestamp\": ms}");
    }
}
