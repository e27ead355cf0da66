package io.barnabas.broker.format;

/**
 * Tells JSON text that can be shown as it is: one value, valid UTF-8, no blanks outside of strings and no escapes in
 * them, not deep. That is how records lie in the log that came in as JSON. Whatever else is left to a real parser, which
 * also says what is wrong with it; so a no means nothing. Looks at each byte once. Confined to one thread.
 */
final class PlainJson {
    /** A bit of a long each. */
    private static final int MAX_DEPTH = 60;

    private static final int MAX_NUMBER_BYTES = 100;

    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private int depth;

    /** The kind of each structure that is open, 1 for objects, the innermost last. */
    private long objects;

    boolean fits(byte[] text, int from, int length) {
        bytes = text;
        at = from;
        end = from + length;
        depth = 0;
        objects = 0;
        while (value()) {
            if (!opened && !closeOrGoOn()) {
                return depth == 0 && at == end;
            }
        }
        return false;
    }

    /** Whether the last {@link #value} was the opening of something that is not empty, so that a value comes next. */
    private boolean opened;

    private boolean value() {
        opened = false;
        if (at >= end) {
            return false;
        }
        return switch (bytes[at]) {
            case '"' -> string();
            case '{' -> open(1, '}');
            case '[' -> open(0, ']');
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        };
    }

    private boolean open(int kind, char closing) {
        if (++at >= end || depth == MAX_DEPTH) {
            return false;
        }
        if (bytes[at] == closing) {
            at++;
            return true;
        }
        depth++;
        objects = objects << 1 | kind;
        opened = true;
        return kind == 0 || name();
    }

    /** Behind a value: closes what ends here. True when another value comes, false at the end or at what is wrong. */
    private boolean closeOrGoOn() {
        while (depth > 0 && at < end) {
            boolean object = (objects & 1) == 1;
            byte next = bytes[at];
            if (next == ',') {
                at++;
                return !object || name() || fail();
            }
            if (next != (object ? '}' : ']')) {
                return fail();
            }
            at++;
            depth--;
            objects >>>= 1;
        }
        return false;
    }

    /** Leaves a state in which nothing fits. */
    private boolean fail() {
        depth = MAX_DEPTH;
        return false;
    }

    private boolean name() {
        if (at >= end || bytes[at] != '"' || !string() || at >= end || bytes[at] != ':') {
            return false;
        }
        at++;
        return true;
    }

    private boolean string() {
        at++;
        while (true) {
            at = PlainRun.end(bytes, at, end);
            if (at >= end) {
                return false;
            }
            if (bytes[at] == '"') {
                at++;
                return true;
            }
            int length = bytes[at] < 0 ? PlainRun.character(bytes, at, end) : -1;
            if (length < 0) {
                return false;
            }
            at += length;
        }
    }

    private boolean literal(String word) {
        if (end - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (bytes[at + i] != word.charAt(i)) {
                return false;
            }
        }
        at += word.length();
        return true;
    }

    private boolean number() {
        int from = at;
        if (bytes[at] == '-') {
            at++;
        }
        if (at < end && bytes[at] == '0') {
            at++;
        } else if (!digits()) {
            return false;
        }
        if (at < end && bytes[at] == '.') {
            at++;
            if (!digits()) {
                return false;
            }
        }
        if (at < end && (bytes[at] | 0x20) == 'e') {
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            if (!digits()) {
                return false;
            }
        }
        return at - from <= MAX_NUMBER_BYTES;
    }

    private boolean digits() {
        int from = at;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at > from;
    }
}
