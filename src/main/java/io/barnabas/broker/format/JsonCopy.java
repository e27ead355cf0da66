package io.barnabas.broker.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Copies a JSON value as compact UTF-8 text: no blanks outside of strings, escapes only where needed, numbers exactly as
 * they were written, fields in their order. Stateless.
 */
final class JsonCopy {
    private JsonCopy() {}

    /** Copies the value that starts at the parser's current token and leaves the parser at its last token. */
    static void copy(JsonParser parser, Scratch target) throws IOException {
        int depth = 0;
        int start = target.size();
        JsonToken token = parser.currentToken();
        while (true) {
            if (token == null) {
                // The parser itself reports JSON that ends inside of a value: this is a caller without a token.
                throw new IllegalStateException("there is no value to copy");
            }
            if (token.isStructEnd()) {
                depth--;
            } else if (target.size() > start && needsComma(target)) {
                target.write(',');
            }
            write(parser, token, target);
            if (token.isStructStart()) {
                depth++;
            }
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    /** A value or name follows something complete unless an opening bracket or a colon came last. */
    private static boolean needsComma(Scratch target) {
        byte last = target.array()[target.size() - 1];
        return last != '[' && last != '{' && last != ':';
    }

    private static void write(JsonParser parser, JsonToken token, Scratch target) throws IOException {
        switch (token) {
            case START_OBJECT, END_OBJECT, START_ARRAY, END_ARRAY, VALUE_TRUE, VALUE_FALSE, VALUE_NULL ->
                target.writeAscii(token.asString());
            case FIELD_NAME -> {
                target.writeQuoted(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                target.write(':');
            }
            case VALUE_STRING ->
                target.writeQuoted(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                target.writeAscii(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
                throw new IllegalStateException("a parser of text never gives " + token);
        }
    }
}
