package io.barnabas.rest;

import java.time.Instant;
import java.util.Optional;

/**
 * What the node says of itself.
 *
 * @param version of the program
 * @param startedAt when it began to start
 * @param phase where it is in its life, in lower case
 * @param ready whether it takes traffic
 * @param advice what an operator can do when it does not, or about what is wrong besides
 */
public record NodeStatus(String version, Instant startedAt, String phase, boolean ready, Optional<String> advice) {
    /** Asks the node. Thread-safe, never blocks. */
    @FunctionalInterface
    public interface Source {
        NodeStatus now();
    }
}
