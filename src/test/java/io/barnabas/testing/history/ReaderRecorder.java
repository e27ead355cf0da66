package io.barnabas.testing.history;

import static java.util.Objects.requireNonNull;

/** What somebody who reads saw. Thread-safe. */
public class ReaderRecorder {
    private final History history;
    private final String name;

    ReaderRecorder(History history, String name) {
        this.history = requireNonNull(history, "history");
        this.name = requireNonNull(name, "name");
    }

    /** Reading starts here, or starts anew: after a lost connection, a seek. */
    public final void began(int partition, long offset) {
        history.add(new Event.Began(name, partition, offset));
    }

    public final void read(int partition, long offset, String value) {
        history.add(new Event.Read(name, partition, offset, value));
    }

    /** Everything from where it began up to {@code endOffset} was read: what was acknowledged before it began must be there. */
    public final void ended(int partition, long endOffset) {
        history.add(new Event.Ended(name, partition, endOffset));
    }

    final History history() {
        return history;
    }

    final String name() {
        return name;
    }
}
