package io.barnabas.record;

import java.util.Locale;

/** When a produce request is answered. */
public enum Acks {
    /** Durable before the answer: fdatasync on the embedded engine, quorum fsync on a replicated one. The default. */
    ALL,
    /** Written to the owner's page cache before the answer. */
    LEADER,
    /** No answer is awaited. */
    NONE;

    /** Parses {@code all}, {@code leader}, {@code none} and Kafka's {@code -1}, {@code 1}, {@code 0}; null is ALL. */
    public static Acks parse(String text) {
        if (text == null) {
            return ALL;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "all", "-1" -> ALL;
            case "leader", "1" -> LEADER;
            case "none", "0" -> NONE;
            default ->
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD, "acks must be 'all', 'leader' or 'none', got '" + text + "'");
        };
    }
}
