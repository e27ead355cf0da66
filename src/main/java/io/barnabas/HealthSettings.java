package io.barnabas;

/**
 * When a node counts as stuck; a setting {@code barnabas.health.<kebab-name>}.
 *
 * @param stuckAfterMs how long a write or a force may take until the node does not count as alive
 */
record HealthSettings(int stuckAfterMs) {
    static final HealthSettings DEFAULTS = new HealthSettings(60_000);

    HealthSettings {
        if (stuckAfterMs < 1) {
            throw new IllegalArgumentException("health: stuck-after-ms must be at least 1, got " + stuckAfterMs);
        }
    }
}
