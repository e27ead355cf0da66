package io.barnabas.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks over JSON text in place, without a copy or an object for a string: on a small machine the client's parser would
 * be measured in place of the server. Refuses escapes, which the values of this program never have, and whatever is not
 * JSON where it looks. Confined to one thread.
 */
final class JsonScan {
    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private int stringAt;

    /** Begins at the buffer's position; the buffer has an array. */
    JsonScan over(ByteBuffer json) {
        bytes = json.array();
        at = json.arrayOffset() + json.position();
        end = at + json.remaining();
        return this;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Whether this character is next; steps over it if so. */
    boolean next(char wanted) throws IOException {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    void expect(char wanted) throws IOException {
        if (!next(wanted)) {
            throw new IOException("JSON has '" + (char) peek() + "' at byte " + at + ", expected '" + wanted + "'");
        }
    }

    /** Steps over a string; it lies in {@code [stringAt, stringAt + length)}, its quotes included. */
    int string() throws IOException {
        expect('"');
        stringAt = at - 1;
        int i = at;
        while (i < end && bytes[i] != '"') {
            if (bytes[i] == '\\' || (bytes[i] >= 0 && bytes[i] < ' ')) {
                throw new IOException("JSON has an escape or a control character at byte " + i);
            }
            i++;
        }
        if (i == end) {
            throw ended();
        }
        at = i + 1;
        return at - stringAt;
    }

    int stringAt() {
        return stringAt;
    }

    /** Whether the string stepped over last is this one, which is ASCII. */
    boolean was(String text) {
        int length = text.length();
        if (at - stringAt - 2 != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[stringAt + 1 + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Steps over a whole number that is not negative. */
    long number() throws IOException {
        int from = at;
        long number = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            number = number * 10 + (bytes[at++] - '0');
        }
        if (at == from) {
            throw new IOException("JSON has '" + (char) peek() + "' at byte " + at + ", expected a number");
        }
        return number;
    }

    boolean atString() throws IOException {
        return peek() == '"';
    }

    /** Steps over any value. */
    void skip() throws IOException {
        switch (peek()) {
            case '"' -> string();
            case '{' -> {
                at++;
                for (boolean more = !next('}'); more; more = more('}')) {
                    string();
                    expect(':');
                    skip();
                }
            }
            case '[' -> {
                at++;
                for (boolean more = !next(']'); more; more = more(']')) {
                    skip();
                }
            }
            default -> skipWord();
        }
    }

    /** Behind an element: true at a comma, false at the closing bracket. */
    boolean more(char closing) throws IOException {
        if (next(',')) {
            return true;
        }
        expect(closing);
        return false;
    }

    private void skipWord() throws IOException {
        int from = at;
        while (at < end && (Character.isLetterOrDigit(bytes[at]) || "+-.".indexOf(bytes[at]) >= 0)) {
            at++;
        }
        if (at == from) {
            throw new IOException("JSON has '" + (char) peek() + "' at byte " + at + ", expected a value");
        }
    }

    private byte peek() throws IOException {
        if (at >= end) {
            throw ended();
        }
        return bytes[at];
    }

    private static IOException ended() {
        return new IOException("JSON ends too early");
    }
}
