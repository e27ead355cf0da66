package io.barnabas.testing.history;

import io.barnabas.testing.history.Verdict.Kind;
import java.util.List;

/**
 * Holds what clients were told and saw against what a partitioned log promises, whatever happened to its servers:
 * nothing acknowledged is lost or moved, nothing is there more often than allowed, order and offsets hold in each
 * partition, every reader sees the same, and a partition has one owner a generation. Pure.
 *
 * <p>What was sent and never answered may be there or not.
 */
public final class HistoryChecker {
    private HistoryChecker() {}

    /** Everything that is wrong with these events, which are in the order they happened in. */
    public static Verdict check(List<Event> events) {
        Verdict verdict = new Verdict();
        Sent sent = new Sent(verdict);
        Places places = new Places(verdict);
        Readers readers = new Readers(verdict, sent);
        Ownership ownership = new Ownership(verdict, sent);
        for (int time = 0; time < events.size(); time++) {
            Event event = events.get(time);
            if (event instanceof Event.Sending sending) {
                sent.sending(sending, time);
            } else if (event instanceof Event.Acknowledged acknowledged) {
                sent.acknowledged(acknowledged, time);
            } else if (event instanceof Event.Refused refused) {
                sent.refused(refused.value());
            } else if (event instanceof Event.Read read) {
                places.read(read);
                readers.read(read);
                ownership.read(read);
            } else if (event instanceof Event.Began began) {
                readers.began(began, time);
            } else if (event instanceof Event.Ended ended) {
                readers.ended(ended);
            } else if (event instanceof Event.Left left) {
                readers.left(left);
            } else {
                ownership.apply(event);
            }
        }
        places.compareWith(sent);
        return verdict;
    }

    static String place(int partition, long offset) {
        return partition + "@" + offset;
    }

    static void report(Verdict verdict, Kind kind, String value, String what) {
        verdict.add(kind, value + " " + what);
    }
}
