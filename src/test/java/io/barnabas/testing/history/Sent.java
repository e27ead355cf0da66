package io.barnabas.testing.history;

import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.Verdict.Kind;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What producers sent and were told, by value. */
final class Sent {
    /** What became of one value as far as its producer knows. */
    static final class Value {
        final String producer;
        final Promise promise;

        /** The position among its producer's values, in the order in which they were first sent. */
        final long sequence;

        /** When it was first sent. */
        final int sentAt;

        int attempts;
        boolean refused;

        /** When the first answer came that it is stored; -1 for never. */
        int acknowledgedAt = -1;

        int partition;
        long offset;

        private Value(Event.Sending first, long sequence, int time) {
            this.producer = first.producer();
            this.promise = first.promise();
            this.sequence = sequence;
            this.sentAt = time;
        }

        boolean acknowledged() {
            return acknowledgedAt >= 0;
        }

        /** How often it may be there at most. */
        int mostCopies() {
            return switch (promise) {
                case AT_LEAST_ONCE -> attempts;
                case EXACTLY_ONCE -> 1;
            };
        }
    }

    private record Place(int partition, long offset) {}

    private final Verdict verdict;
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final Map<Place, String> acknowledged = new HashMap<>();

    Sent(Verdict verdict) {
        this.verdict = verdict;
    }

    void sending(Event.Sending sending, int time) {
        Value value = values.get(sending.value());
        if (value == null) {
            value = new Value(sending, sequences.merge(sending.producer(), 1L, Long::sum), time);
            values.put(sending.value(), value);
        }
        value.attempts++;
    }

    void acknowledged(Event.Acknowledged answer, int time) {
        Value value = values.get(answer.value());
        if (value == null) {
            throw new IllegalArgumentException(answer + " comes before the value was sent");
        }
        String place = HistoryChecker.place(answer.partition(), answer.offset());
        String other = acknowledged.putIfAbsent(new Place(answer.partition(), answer.offset()), answer.value());
        if (other != null && !other.equals(answer.value())) {
            verdict.add(Kind.ACKNOWLEDGED_TWICE, place + " for " + other + " and " + answer.value());
        }
        if (!value.acknowledged()) {
            value.acknowledgedAt = time;
            value.partition = answer.partition();
            value.offset = answer.offset();
        } else if (value.mostCopies() == 1
                && (value.partition != answer.partition() || value.offset != answer.offset())) {
            verdict.add(
                    Kind.ACKNOWLEDGED_TWICE,
                    answer.value() + " at " + HistoryChecker.place(value.partition, value.offset) + " and " + place);
        }
    }

    void refused(String value) {
        Value known = values.get(value);
        if (known == null) {
            throw new IllegalArgumentException(value + " is refused before it was sent");
        }
        known.refused = true;
    }

    /** Null when nobody sent it. */
    Value value(String value) {
        return values.get(value);
    }

    Map<String, Value> values() {
        return values;
    }
}
