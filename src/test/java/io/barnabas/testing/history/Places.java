package io.barnabas.testing.history;

import io.barnabas.testing.history.Sent.Value;
import io.barnabas.testing.history.Verdict.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What was seen at each offset of each partition, by anybody. */
final class Places {
    private final Verdict verdict;
    private final Map<Integer, NavigableMap<Long, String>> partitions = new TreeMap<>();

    Places(Verdict verdict) {
        this.verdict = verdict;
    }

    void read(Event.Read read) {
        String before = partitions
                .computeIfAbsent(read.partition(), any -> new TreeMap<>())
                .putIfAbsent(read.offset(), read.value());
        if (before != null && !before.equals(read.value())) {
            verdict.add(
                    Kind.CHANGED,
                    HistoryChecker.place(read.partition(), read.offset()) + " was " + before + ", then " + read.value()
                            + " for " + read.reader());
        }
    }

    /** Once all events are known. */
    void compareWith(Sent sent) {
        Map<String, Integer> copies = new HashMap<>();
        partitions.forEach((partition, places) -> {
            places.forEach((offset, value) -> {
                Value known = sent.value(value);
                String place = "at " + HistoryChecker.place(partition, offset);
                if (known == null) {
                    HistoryChecker.report(verdict, Kind.STRAY, value, place);
                    return;
                }
                if (copies.merge(value, 1, Integer::sum) > known.mostCopies()) {
                    HistoryChecker.report(verdict, Kind.DUPLICATE, value, "once more " + place);
                }
                if (known.refused && known.attempts == 1) {
                    HistoryChecker.report(verdict, Kind.REFUSED_BUT_STORED, value, place);
                }
                if (known.acknowledged()
                        && known.mostCopies() == 1
                        && (known.partition != partition || known.offset != offset)) {
                    HistoryChecker.report(
                            verdict,
                            Kind.MOVED,
                            value,
                            place + ", acknowledged as " + HistoryChecker.place(known.partition, known.offset));
                }
            });
            checkTimes(partition, places, sent);
            checkSequences(places, sent);
        });
    }

    /** What was acknowledged before another value was sent lies before it: looks from the end, at the earliest answer. */
    private void checkTimes(int partition, NavigableMap<Long, String> places, Sent sent) {
        int earliestAnswer = Integer.MAX_VALUE;
        String earliest = "";
        for (Map.Entry<Long, String> place : places.descendingMap().entrySet()) {
            Value known = sent.value(place.getValue());
            if (known == null) {
                continue;
            }
            if (known.sentAt > earliestAnswer) {
                HistoryChecker.report(
                        verdict,
                        Kind.REORDERED,
                        place.getValue(),
                        "sent after the answer for " + earliest + ", which is behind it");
            }
            if (known.acknowledged()
                    && known.partition == partition
                    && known.offset == place.getKey()
                    && known.acknowledgedAt < earliestAnswer) {
                earliestAnswer = known.acknowledgedAt;
                earliest = place.getValue();
            }
        }
    }

    private void checkSequences(NavigableMap<Long, String> places, Sent sent) {
        Map<String, Value> last = new HashMap<>();
        places.forEach((offset, value) -> {
            Value known = sent.value(value);
            if (known == null || known.promise != Event.Promise.EXACTLY_ONCE) {
                return;
            }
            Value before = last.put(known.producer, known);
            if (before != null && before.sequence > known.sequence) {
                HistoryChecker.report(
                        verdict, Kind.REORDERED, value, "is behind what " + known.producer + " sent after it");
            }
        });
    }
}
