package io.barnabas.chaos;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Which node a client asks next: each in its turn, but one that gave it no answer is left out for a while, as drivers and
 * load balancers do. Who does not hangs at a paused node with every third request, and all clients of a shared turn soon
 * do so in step. Confined to the client's thread.
 */
final class Rounds {
    /** How long a node is left out that gave no answer. */
    static final Duration LEFT_OUT = Duration.ofSeconds(10);

    private final int count;
    private final IntSupplier turn;
    private final LongSupplier nanoTime;

    /** Since when each node is left out that is. */
    private final Map<Integer, Long> silentSinceNanos = new HashMap<>();

    /**
     * Goes through nodes that are numbered from 0.
     *
     * @param turn the number of the next turn, of all clients together; numbers go round
     */
    Rounds(int count, IntSupplier turn, LongSupplier nanoTime) {
        this.count = count;
        this.turn = requireNonNull(turn, "turn");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** The node to be asked now; when all are left out, the next in turn. */
    int next() {
        long now = nanoTime.getAsLong();
        silentSinceNanos.values().removeIf(since -> now - since >= LEFT_OUT.toNanos());
        int node = Math.floorMod(turn.getAsInt(), count);
        if (silentSinceNanos.size() == count) {
            return node;
        }
        while (silentSinceNanos.containsKey(node)) {
            node = (node + 1) % count;
        }
        return node;
    }

    /** It gave no answer in time. */
    void silent(int node) {
        silentSinceNanos.put(node, nanoTime.getAsLong());
    }

    /** It gave an answer, whatever it said. */
    void answered(int node) {
        silentSinceNanos.remove(node);
    }
}
