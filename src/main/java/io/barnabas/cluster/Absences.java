package io.barnabas.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Since when nodes that own something are away, so that one that only restarts keeps what it has. Told the time; confined
 * to the event thread of the node that leads. A new leader counts anew.
 */
final class Absences {
    private final long graceMs;
    private final Map<Integer, Long> sinceMs = new HashMap<>();

    Absences(long graceMs) {
        this.graceMs = graceMs;
    }

    /** Nodes that are away and still expected back. */
    Set<Integer> awaited(Snapshot snapshot, long nowMs) {
        Set<Integer> away = new HashSet<>();
        snapshot.assignments().values().forEach(assignment -> away.addAll(assignment.value()));
        away.removeAll(snapshot.nodes().keySet());
        sinceMs.keySet().retainAll(away);
        away.forEach(node -> sinceMs.putIfAbsent(node, nowMs));
        away.removeIf(node -> nowMs - sinceMs.get(node) >= graceMs);
        return away;
    }

    /** In how many milliseconds the next of them is not expected any more. */
    OptionalLong nextMs(long nowMs) {
        return sinceMs.values().stream()
                .mapToLong(since -> since + graceMs - nowMs)
                .filter(remaining -> remaining > 0)
                .min();
    }

    void forget() {
        sinceMs.clear();
    }
}
