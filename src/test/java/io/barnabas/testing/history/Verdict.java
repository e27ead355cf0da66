package io.barnabas.testing.history;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What is wrong, counted by kind, with the first few of each in words. Confined to one thread until it is handed out. */
public final class Verdict {
    private static final int EXAMPLES_PER_KIND = 5;

    /** What can be wrong. */
    public enum Kind {
        /** Acknowledged, and not in a whole reading that began afterwards. */
        LOST,
        /** At more offsets than its producer's promise allows. */
        DUPLICATE,
        /** Before something that was acknowledged before it was sent, or before what its producer sent before it. */
        REORDERED,
        /** A reader was given an offset that does not follow the one before. */
        GAP,
        /** At another place than its producer was told. */
        MOVED,
        /** A value that nobody sent. */
        STRAY,
        /** Said not to be stored, and read. */
        REFUSED_BUT_STORED,
        /** One place was acknowledged for two values, or one value for two places. */
        ACKNOWLEDGED_TWICE,
        /** Two readers, or one at two times, saw different values at one place. */
        CHANGED,
        /** One partition was given to two in one generation. */
        TWO_OWNERS,
        /** A reader got a record of a partition that it has not. */
        NOT_OWNED,
        /** A member began before what its group had committed. */
        COMMIT_LOST,
        /** Acknowledged, and given to no member of a group that should have read everything. */
        NOT_DELIVERED
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<Kind, List<String>> examples = new EnumMap<>(Kind.class);

    Verdict() {}

    void add(Kind kind, String example) {
        counts.merge(kind, 1L, Long::sum);
        List<String> known = examples.computeIfAbsent(kind, any -> new ArrayList<>());
        if (known.size() < EXAMPLES_PER_KIND) {
            known.add(example);
        }
    }

    public boolean sound() {
        return counts.isEmpty();
    }

    public long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** One line a kind; none when sound. */
    public List<String> lines() {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + ": "
                        + String.join("; ", examples.get(entry.getKey())))
                .toList();
    }

    @Override
    public String toString() {
        return sound() ? "sound" : String.join("\n", lines());
    }
}
