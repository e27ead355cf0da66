package io.barnabas.testing.history;

import io.barnabas.testing.history.Sent.Value;
import io.barnabas.testing.history.Verdict.Kind;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How each reader got on in each partition: dense from where it began, and whole when it came to the end. */
final class Readers {
    private record Stand(String reader, int partition) {}

    /** One stretch of a reader in a partition. */
    private static final class Stretch {
        final int beganAt;
        final long from;
        final Set<String> values = new HashSet<>();
        long next;

        Stretch(int beganAt, long from) {
            this.beganAt = beganAt;
            this.from = from;
            this.next = from;
        }
    }

    private final Verdict verdict;
    private final Sent sent;
    private final Map<Stand, Stretch> stretches = new HashMap<>();

    Readers(Verdict verdict, Sent sent) {
        this.verdict = verdict;
        this.sent = sent;
    }

    void began(Event.Began began, int time) {
        stretches.put(new Stand(began.reader(), began.partition()), new Stretch(time, began.offset()));
    }

    void left(Event.Left left) {
        stretches.remove(new Stand(left.reader(), left.partition()));
    }

    void read(Event.Read read) {
        String place = HistoryChecker.place(read.partition(), read.offset());
        Stretch stretch = stretches.get(new Stand(read.reader(), read.partition()));
        if (stretch == null) {
            verdict.add(Kind.NOT_OWNED, read.reader() + " got " + place);
            return;
        }
        if (stretch.next != Event.ANYWHERE && read.offset() != stretch.next) {
            verdict.add(Kind.GAP, read.reader() + " got " + place + " in place of offset " + stretch.next);
        }
        stretch.next = read.offset() + 1;
        stretch.values.add(read.value());
    }

    /** What was acknowledged before it began, at or behind where it began, must have been read. */
    void ended(Event.Ended ended) {
        Stretch stretch = stretches.get(new Stand(ended.reader(), ended.partition()));
        if (stretch == null) {
            throw new IllegalArgumentException(ended + " did not begin");
        }
        if (stretch.next != Event.ANYWHERE && stretch.next != ended.endOffset()) {
            verdict.add(
                    Kind.GAP,
                    ended.reader() + " was told that " + ended.partition() + " ends at " + ended.endOffset()
                            + ", read up to " + stretch.next);
        }
        sent.values().forEach((value, known) -> {
            if (due(known, ended.partition(), stretch) && !stretch.values.contains(value)) {
                HistoryChecker.report(
                        verdict,
                        Kind.LOST,
                        value,
                        "acknowledged as " + HistoryChecker.place(known.partition, known.offset) + ", not read by "
                                + ended.reader());
            }
        });
    }

    private static boolean due(Value value, int partition, Stretch stretch) {
        return value.acknowledged()
                && value.acknowledgedAt < stretch.beganAt
                && value.partition == partition
                && value.offset >= stretch.from;
    }
}
