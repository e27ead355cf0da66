package io.barnabas.testing.history;

import io.barnabas.testing.history.Verdict.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Who was given which partition, how far groups came and what they got. */
final class Ownership {
    private record Reign(String realm, int partition, long generation) {}

    private record Progress(String group, int partition) {}

    private final Verdict verdict;
    private final Sent sent;
    private final Map<Reign, String> owners = new HashMap<>();
    private final Map<Progress, Long> committed = new HashMap<>();
    private final Map<String, String> groups = new HashMap<>();
    private final Map<String, Set<String>> delivered = new HashMap<>();

    Ownership(Verdict verdict, Sent sent) {
        this.verdict = verdict;
        this.sent = sent;
    }

    /** Applies an event of a group or of owners; others are not for here. */
    void apply(Event event) {
        if (event instanceof Event.Owned owned) {
            owned(owned);
        } else if (event instanceof Event.Resumed resumed) {
            resumed(resumed);
        } else if (event instanceof Event.Committed commit) {
            committed.put(new Progress(commit.group(), commit.partition()), commit.offset());
        } else if (event instanceof Event.Joined joined) {
            groups.put(joined.reader(), joined.group());
        } else if (event instanceof Event.Drained drained) {
            drained(drained.group());
        } else {
            throw new IllegalArgumentException("unexpected " + event);
        }
    }

    void read(Event.Read read) {
        String group = groups.get(read.reader());
        if (group != null) {
            delivered.computeIfAbsent(group, any -> new HashSet<>()).add(read.value());
        }
    }

    private void owned(Event.Owned owned) {
        String other =
                owners.putIfAbsent(new Reign(owned.realm(), owned.partition(), owned.generation()), owned.owner());
        if (other != null && !other.equals(owned.owner())) {
            verdict.add(
                    Kind.TWO_OWNERS,
                    "partition " + owned.partition() + " in generation " + owned.generation() + " of " + owned.realm()
                            + ": " + other + " and " + owned.owner());
        }
    }

    private void resumed(Event.Resumed resumed) {
        long least = committed.getOrDefault(new Progress(resumed.group(), resumed.partition()), 0L);
        if (resumed.offset() < least) {
            verdict.add(
                    Kind.COMMIT_LOST,
                    "group " + resumed.group() + " had committed " + HistoryChecker.place(resumed.partition(), least)
                            + " and began at " + resumed.offset());
        }
    }

    private void drained(String group) {
        Set<String> got = delivered.getOrDefault(group, Set.of());
        sent.values().forEach((value, known) -> {
            if (known.acknowledged() && !got.contains(value)) {
                HistoryChecker.report(
                        verdict,
                        Kind.NOT_DELIVERED,
                        value,
                        HistoryChecker.place(known.partition, known.offset) + " to group " + group);
            }
        });
    }
}
