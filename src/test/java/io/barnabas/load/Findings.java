package io.barnabas.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the checker found wrong, counted by kind, with the first few of each in words. Confined to one thread. */
final class Findings {
    private static final int EXAMPLES_PER_KIND = 3;

    /** What can be wrong with a log that was written and read. */
    enum Kind {
        /** A record that was acknowledged and then not read. */
        LOST,
        /** A record read at two offsets, or twice. */
        DUPLICATE,
        /** Two records of one producer read from a partition in another order than they were sent in. */
        REORDERED,
        /** An offset that does not follow the one before it. */
        GAP,
        /** A record read at another offset than its producer was told. */
        MOVED,
        /** A record in a partition it was not sent to, or one that nobody sent. */
        STRAY,
        /** A record that was refused and read all the same. */
        REFUSED_BUT_STORED,
        /** More than one answer for one record. */
        ANSWERED_TWICE,
        /** Key or value that are not as sent, or a batch whose checksum is wrong. */
        DAMAGED
    }

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final Map<Kind, List<String>> examples = new EnumMap<>(Kind.class);

    void add(Kind kind, String example) {
        counts.merge(kind, 1L, Long::sum);
        List<String> known = examples.computeIfAbsent(kind, any -> new ArrayList<>());
        if (known.size() < EXAMPLES_PER_KIND) {
            known.add(example);
        }
    }

    void addAll(Findings others) {
        others.counts.forEach((kind, count) -> {
            counts.merge(kind, count, Long::sum);
            List<String> known = examples.computeIfAbsent(kind, any -> new ArrayList<>());
            others.examples.get(kind).stream()
                    .limit(EXAMPLES_PER_KIND - known.size())
                    .forEach(known::add);
        });
    }

    boolean clean() {
        return counts.isEmpty();
    }

    long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** One line a kind, none when clean. */
    List<String> lines() {
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue() + ": "
                        + String.join("; ", examples.get(entry.getKey())))
                .toList();
    }
}
