package io.barnabas.broker.consumer;

import io.barnabas.broker.StartPosition;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an instance was created with, by the names of the REST v2 family; what was not said has its default.
 *
 * @param name {@code name}; absent: one is made up
 * @param format {@code format}: {@code binary} (default), {@code json} or {@code text}
 * @param earliest {@code auto.offset.reset} is {@code earliest}, not {@code latest} (default)
 * @param autoCommit {@code enable.auto.commit} (boolean) or {@code auto.commit.enable} (text); default true
 * @param minBytes {@code fetch.min.bytes}: a poll with time left goes on waiting below this; default 1
 * @param requestTimeoutMs {@code consumer.request.timeout.ms}: how long a poll waits that does not say so
 * @param sessionTimeoutMs {@code session.timeout.ms}: silence after which the group gives its partitions to others
 * @param assignor {@code assignor}: {@code range}, {@code roundrobin} or {@code sticky}; absent: the group's
 */
public record InstanceSettings(
        Optional<String> name,
        String format,
        boolean earliest,
        boolean autoCommit,
        int minBytes,
        OptionalInt requestTimeoutMs,
        OptionalInt sessionTimeoutMs,
        Optional<String> assignor) {
    private static final String NAME = "name";
    private static final String FORMAT = "format";
    private static final String RESET = "auto.offset.reset";
    private static final String AUTO_COMMIT = "enable.auto.commit";
    private static final String AUTO_COMMIT_TEXT = "auto.commit.enable";
    private static final String MIN_BYTES = "fetch.min.bytes";
    private static final String REQUEST_TIMEOUT = "consumer.request.timeout.ms";
    private static final String SESSION_TIMEOUT = "session.timeout.ms";
    private static final String ISOLATION = "isolation.level";
    private static final String ASSIGNOR = "assignor";
    private static final Set<String> KNOWN = new TreeSet<>(Set.of(
            NAME,
            FORMAT,
            RESET,
            AUTO_COMMIT,
            AUTO_COMMIT_TEXT,
            MIN_BYTES,
            REQUEST_TIMEOUT,
            SESSION_TIMEOUT,
            ISOLATION,
            ASSIGNOR));

    /**
     * Reads settings as a client gives them: values are texts, booleans and whole numbers.
     *
     * @throws BarnabasException {@code INVALID_FIELD} for an unknown field, {@code INVALID_CONSUMER_CONFIGURATION} for
     *     an impossible value, {@code INVALID_NAME}; each names the field
     */
    public static InstanceSettings of(Map<String, ?> given) {
        for (String field : new TreeSet<>(given.keySet())) {
            if (!KNOWN.contains(field)) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD, "unknown field '" + field + "'; known are " + KNOWN);
            }
        }
        Reader reader = new Reader(given);
        // There are no transactions: every record is committed, so both levels read the same.
        reader.oneOf(ISOLATION, "read_uncommitted", "read_uncommitted", "read_committed");
        return new InstanceSettings(
                reader.text(NAME).map(name -> TopicName.requireLabel("instance name", name)),
                reader.oneOf(FORMAT, "binary", "binary", "json", "text"),
                reader.oneOf(RESET, "latest", "earliest", "latest").equals("earliest"),
                reader.autoCommit(),
                Math.max(1, reader.number(MIN_BYTES, -1, Integer.MAX_VALUE).orElse(1)),
                reader.number(REQUEST_TIMEOUT, 0, Integer.MAX_VALUE),
                reader.number(SESSION_TIMEOUT, 1, Integer.MAX_VALUE),
                reader.text(ASSIGNOR).map(any -> reader.oneOf(ASSIGNOR, "", "range", "roundrobin", "sticky")));
    }

    /** The same for an instance of this name. */
    InstanceSettings named(String given) {
        return new InstanceSettings(
                Optional.of(given),
                format,
                earliest,
                autoCommit,
                minBytes,
                requestTimeoutMs,
                sessionTimeoutMs,
                assignor);
    }

    /** As journaled; {@link #of} reads it back. */
    Map<String, String> toMap() {
        Map<String, String> map = new TreeMap<>();
        map.put(FORMAT, format);
        map.put(RESET, earliest ? "earliest" : "latest");
        map.put(AUTO_COMMIT_TEXT, Boolean.toString(autoCommit));
        map.put(MIN_BYTES, Integer.toString(minBytes));
        requestTimeoutMs.ifPresent(value -> map.put(REQUEST_TIMEOUT, Integer.toString(value)));
        sessionTimeoutMs.ifPresent(value -> map.put(SESSION_TIMEOUT, Integer.toString(value)));
        assignor.ifPresent(value -> map.put(ASSIGNOR, value));
        return map;
    }

    StartPosition start() {
        return earliest ? new StartPosition.Earliest() : new StartPosition.Latest();
    }

    private record Reader(Map<String, ?> given) {
        Optional<String> text(String field) {
            Object value = given.get(field);
            if (value == null) {
                return Optional.empty();
            }
            if (value instanceof String text) {
                return Optional.of(text);
            }
            throw invalid(field, "must be text");
        }

        String oneOf(String field, String absent, String... allowed) {
            Optional<String> text = text(field);
            if (text.isEmpty()) {
                return absent;
            }
            Set<String> choices = new TreeSet<>(Set.of(allowed));
            if (!choices.contains(text.get())) {
                throw invalid(field, "must be one of " + choices);
            }
            return text.get();
        }

        OptionalInt number(String field, int least, int most) {
            Object value = given.get(field);
            if (value == null) {
                return OptionalInt.empty();
            }
            long number;
            try {
                number = Long.parseLong(value.toString());
            } catch (NumberFormatException e) {
                throw invalid(field, "must be a whole number");
            }
            if (number < least || number > most) {
                throw invalid(field, "must be between " + least + " and " + most + ", got " + number);
            }
            return OptionalInt.of((int) number);
        }

        boolean autoCommit() {
            Optional<Boolean> one = flag(AUTO_COMMIT);
            Optional<Boolean> other = flag(AUTO_COMMIT_TEXT);
            if (one.isPresent() && other.isPresent() && !one.equals(other)) {
                throw invalid(AUTO_COMMIT, "and '" + AUTO_COMMIT_TEXT + "' contradict each other");
            }
            return one.or(() -> other).orElse(true);
        }

        private Optional<Boolean> flag(String field) {
            Object value = given.get(field);
            if (value == null) {
                return Optional.empty();
            }
            return switch (value.toString()) {
                case "true" -> Optional.of(true);
                case "false" -> Optional.of(false);
                default -> throw invalid(field, "must be true or false");
            };
        }

        private static BarnabasException invalid(String field, String what) {
            return new BarnabasException(ErrorCode.INVALID_CONSUMER_CONFIGURATION, "field '" + field + "' " + what);
        }
    }
}
