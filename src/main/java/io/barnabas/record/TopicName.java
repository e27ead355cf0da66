package io.barnabas.record;

/**
 * The rule for topic names, which is Kafka's: 1 to {@value #MAX_LENGTH} characters of {@code a-z A-Z 0-9 . _ -}, not
 * {@code .} and not {@code ..}. A name that passes can be used in a path. Group and instance names follow {@link
 * #requireLabel}.
 */
public final class TopicName {
    public static final int MAX_LENGTH = 249;

    /** Topics whose name starts so belong to the broker; clients can read their description, never write them. */
    public static final String INTERNAL_PREFIX = "__";

    private TopicName() {}

    /** Returns {@code name} when it is legal, else throws {@link ErrorCode#INVALID_NAME} that says what is wrong. */
    public static String require(String name) {
        return requireLabel("topic name", name);
    }

    /** The same rule for other names that end up in paths or keys; {@code what} names the thing in the message. */
    public static String requireLabel(String what, String name) {
        if (name == null || name.isEmpty()) {
            throw new BarnabasException(ErrorCode.INVALID_NAME, what + " must not be empty");
        }
        if (name.length() > MAX_LENGTH) {
            throw new BarnabasException(
                    ErrorCode.INVALID_NAME,
                    what + " is " + name.length() + " characters long, at most " + MAX_LENGTH + " are allowed");
        }
        if (name.equals(".") || name.equals("..")) {
            throw new BarnabasException(ErrorCode.INVALID_NAME, what + " must not be '.' or '..'");
        }
        for (int i = 0; i < name.length(); i++) {
            if (!legal(name.charAt(i))) {
                throw new BarnabasException(
                        ErrorCode.INVALID_NAME,
                        what + " has an illegal character at position " + i
                                + "; allowed are letters, digits, '.', '_' and '-'");
            }
        }
        return name;
    }

    public static boolean internal(String name) {
        return name.startsWith(INTERNAL_PREFIX);
    }

    private static boolean legal(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
