package io.barnabas.metrics;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/**
 * How much is shown at {@code /metrics}; each is a setting {@code barnabas.metrics.<kebab-name>}.
 *
 * @param maxTopics topics with series of their own; the others share {@code _other}
 * @param maxGroups groups with series of their own; the others share {@code _other}
 * @param maxLagSeries partitions of groups with a lag of their own; the others share {@code _other}
 * @param refreshIntervalMs how often sizes, members and lags are looked at
 */
public record MetricsSettings(int maxTopics, int maxGroups, int maxLagSeries, int refreshIntervalMs) {
    /** What holds when nothing is set. */
    public static final MetricsSettings DEFAULTS = new MetricsSettings(200, 100, 1_000, 10_000);

    public MetricsSettings {
        atLeast("max-topics", maxTopics, 0);
        atLeast("max-groups", maxGroups, 0);
        atLeast("max-lag-series", maxLagSeries, 0);
        atLeast("refresh-interval-ms", refreshIntervalMs, 100);
    }

    private static void atLeast(String what, int value, int least) {
        if (value < least) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "metrics: " + what + " must be at least " + least + ", got " + value);
        }
    }
}
