package io.barnabas.testing.history;

import io.barnabas.testing.history.Event.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What all clients of one topic did, were told and saw, in one order. Grows only. Thread-safe.
 *
 * <p>The order of events is what the checker reasons with: what was acknowledged before another thing was sent is also
 * before it in the partition. So {@code sending} is called before a request leaves, and {@code acknowledged} after its
 * answer has come.
 */
public final class History {
    /** Guarded by itself: events of many threads must come to one order, the same as that of the calls. */
    private final List<Event> events = new ArrayList<>();

    /** Somebody who writes. Names are unique. */
    public ProducerRecorder producer(String name, Promise promise) {
        return new ProducerRecorder(this, name, promise);
    }

    /** Somebody who reads alone. */
    public ReaderRecorder reader(String name) {
        return new ReaderRecorder(this, name);
    }

    /** A member of a group; one that joins again is another one, with another name. */
    public MemberRecorder member(String group, String name) {
        add(new Event.Joined(group, name));
        return new MemberRecorder(this, group, name);
    }

    /** A node owns a partition under an epoch. */
    public void owner(String node, int partition, long epoch) {
        add(new Event.Owned("the cluster", node, partition, epoch));
    }

    /** Call when the members of a group have had the time to read everything. */
    public void drained(String group) {
        add(new Event.Drained(group));
    }

    void add(Event event) {
        synchronized (events) {
            events.add(event);
        }
    }

    /** What has happened until now. */
    public List<Event> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    /** What is wrong with what has happened until now. */
    public Verdict verdict() {
        return HistoryChecker.check(events());
    }

    /** One event a line, to look at after a failure. */
    public void writeTo(Path file) throws IOException {
        Files.write(file, events().stream().map(Event::toString).toList());
    }
}
