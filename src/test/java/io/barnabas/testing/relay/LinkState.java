package io.barnabas.testing.relay;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Set;

/**
 * How a link is at the moment.
 *
 * <pre>
 *   Whole &lt;--&gt; Refusing, Swallowing, Slow     from any to any; what was held back arrives when the link is whole again
 * </pre>
 */
public sealed interface LinkState {
    /** Which way bytes go: to the server, or back. */
    enum Way {
        REQUESTS,
        ANSWERS
    }

    /** Everything arrives at once. */
    record Whole() implements LinkState {}

    /** Connections are broken, new ones refused: nobody is there. */
    record Refusing() implements LinkState {}

    /**
     * Nothing arrives these ways and nobody is told so, as when packets are dropped. Connections stay, and new ones seem
     * to come about. Nothing is read meanwhile, so that a sender is held up as soon as the system's buffers are full; and
     * as with packets, which are sent again, all of it arrives when the link is whole again, if somebody still waits.
     */
    record Swallowing(Set<Way> ways) implements LinkState {
        public Swallowing {
            ways = Set.copyOf(ways);
        }
    }

    /**
     * What TCP makes of a bad line: everything arrives in order, late, and now and then a connection stands still one way.
     *
     * @param latency of every piece, each way
     * @param stallChance of each piece that is read, 0 to 1
     * @param longestStall a stall is up to so long
     */
    record Slow(Duration latency, double stallChance, Duration longestStall) implements LinkState {
        public Slow {
            requireNonNull(latency, "latency");
            requireNonNull(longestStall, "longestStall");
        }
    }

    /** Whether bytes get through this way. */
    default boolean passes(Way way) {
        return !(this instanceof Swallowing swallowing && swallowing.ways().contains(way));
    }
}
