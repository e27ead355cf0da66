package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/** The errors that fields of a JSON body end in. Stateless. */
final class Fields {
    /** Field names come from clients; a message shows this much of one. */
    private static final int SHOWN_CHARS = 64;

    private Fields() {}

    static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_FIELD, message);
    }

    static BarnabasException unknown(String field) {
        return invalid(field + " is not a known field");
    }

    static BarnabasException wrongType(JsonParser parser, String field, String wanted) {
        return invalid(field + " must be " + wanted + ", got " + kind(parser.currentToken()) + Json.place(parser));
    }

    static BarnabasException twice(String field) {
        return invalid(field + " is given twice");
    }

    /** A field name as a message shows it. */
    static String shown(String name) {
        return name.length() <= SHOWN_CHARS ? name : name.substring(0, SHOWN_CHARS) + "...";
    }

    private static String kind(JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a decimal number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            case END_OBJECT, END_ARRAY, FIELD_NAME, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "no value";
        };
    }
}
