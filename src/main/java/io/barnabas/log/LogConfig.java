package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One topic's log configuration, by Kafka's names and with Kafka's defaults unless said otherwise.
 *
 * @param segmentBytes {@code segment.bytes}: a segment is rolled before it grows beyond this
 * @param segmentMs {@code segment.ms}: and when its first record is older than this
 * @param retentionMs {@code retention.ms}: whole segments older than this go; -1 keeps for ever
 * @param retentionBytes {@code retention.bytes}: oldest segments go while the partition is larger; -1 is no limit
 * @param maxMessageBytes {@code max.message.bytes}: largest batch
 * @param indexIntervalBytes {@code index.interval.bytes}: one index entry at most per this many bytes
 * @param compact {@code cleanup.policy} holds {@code compact}
 * @param delete {@code cleanup.policy} holds {@code delete}
 * @param deleteRetentionMs {@code delete.retention.ms}: how long a compacted log keeps tombstones
 * @param minCompactionLagMs {@code min.compaction.lag.ms}: records younger than this are not compacted
 * @param minCleanableDirtyRatio {@code min.cleanable.dirty.ratio}: uncompacted share that starts a compaction
 * @param appendTime {@code message.timestamp.type} is {@code LogAppendTime}
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long retentionMs,
        long retentionBytes,
        int maxMessageBytes,
        int indexIntervalBytes,
        boolean compact,
        boolean delete,
        long deleteRetentionMs,
        long minCompactionLagMs,
        double minCleanableDirtyRatio,
        boolean appendTime) {

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("segment.bytes", "1073741824"),
            Map.entry("segment.ms", "604800000"),
            Map.entry("retention.ms", "604800000"),
            Map.entry("retention.bytes", "-1"),
            Map.entry("max.message.bytes", "1048588"),
            Map.entry("index.interval.bytes", "4096"),
            Map.entry("cleanup.policy", "delete"),
            Map.entry("delete.retention.ms", "86400000"),
            Map.entry("min.compaction.lag.ms", "0"),
            Map.entry("min.cleanable.dirty.ratio", "0.5"),
            Map.entry("message.timestamp.type", "CreateTime"));

    /** Every key with its default value. */
    public static Map<String, String> defaults() {
        return DEFAULTS;
    }

    /**
     * Reads a topic's configuration; what is not set has its default.
     *
     * @throws BarnabasException {@code INVALID_CONFIGURATION} that names the key and what is wrong with it
     */
    public static LogConfig of(Map<String, String> config) {
        for (String key : new TreeSet<>(config.keySet())) {
            if (!DEFAULTS.containsKey(key)) {
                throw invalid(
                        "unknown topic configuration '" + key + "'; known are " + new TreeSet<>(DEFAULTS.keySet()));
            }
        }
        Reader reader = new Reader(config);
        Set<String> policies = reader.policies();
        return new LogConfig(
                (int) reader.number("segment.bytes", 1024, Integer.MAX_VALUE),
                reader.number("segment.ms", 1, Long.MAX_VALUE),
                reader.number("retention.ms", -1, Long.MAX_VALUE),
                reader.number("retention.bytes", -1, Long.MAX_VALUE),
                (int) reader.number("max.message.bytes", 61, Integer.MAX_VALUE),
                (int) reader.number("index.interval.bytes", 1, Integer.MAX_VALUE),
                policies.contains("compact"),
                policies.contains("delete"),
                reader.number("delete.retention.ms", 0, Long.MAX_VALUE),
                reader.number("min.compaction.lag.ms", 0, Long.MAX_VALUE),
                reader.ratio("min.cleanable.dirty.ratio"),
                reader.oneOf("message.timestamp.type", Set.of("CreateTime", "LogAppendTime"))
                        .equals("LogAppendTime"));
    }

    private static BarnabasException invalid(String message) {
        return new BarnabasException(ErrorCode.INVALID_CONFIGURATION, message);
    }

    private record Reader(Map<String, String> config) {
        private String text(String key) {
            return config.getOrDefault(key, DEFAULTS.get(key)).trim();
        }

        private long number(String key, long least, long most) {
            long value;
            try {
                value = Long.parseLong(text(key));
            } catch (NumberFormatException e) {
                throw invalid("topic configuration '" + key + "' must be a whole number, got '" + text(key) + "'");
            }
            if (value < least || value > most) {
                throw invalid("topic configuration '" + key + "' must be between " + least + " and " + most + ", got "
                        + value);
            }
            return value;
        }

        private double ratio(String key) {
            double value;
            try {
                value = Double.parseDouble(text(key));
            } catch (NumberFormatException e) {
                throw invalid("topic configuration '" + key + "' must be a number, got '" + text(key) + "'");
            }
            if (!(value >= 0 && value <= 1)) {
                throw invalid("topic configuration '" + key + "' must be between 0 and 1, got " + value);
            }
            return value;
        }

        private String oneOf(String key, Set<String> allowed) {
            String value = text(key);
            if (!allowed.contains(value)) {
                throw invalid("topic configuration '" + key + "' must be one of " + new TreeSet<>(allowed) + ", got '"
                        + value + "'");
            }
            return value;
        }

        private Set<String> policies() {
            Set<String> policies = new TreeSet<>();
            for (String part : text("cleanup.policy").split(",", -1)) {
                policies.add(part.trim());
            }
            if (!Set.of("compact", "delete").containsAll(policies)) {
                throw invalid(
                        "topic configuration 'cleanup.policy' must be 'delete', 'compact' or 'compact,delete', got '"
                                + text("cleanup.policy") + "'");
            }
            return policies;
        }
    }
}
