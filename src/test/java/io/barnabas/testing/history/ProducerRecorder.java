package io.barnabas.testing.history;

import static java.util.Objects.requireNonNull;

import io.barnabas.testing.history.Event.Promise;

/**
 * What one producer sent and was told. A value whose answer never came, or came as an error that leaves it open, is
 * simply not reported again: it may be there or not. Thread-safe.
 */
public final class ProducerRecorder {
    private final History history;
    private final String name;
    private final Promise promise;

    ProducerRecorder(History history, String name, Promise promise) {
        this.history = requireNonNull(history, "history");
        this.name = requireNonNull(name, "name");
        this.promise = requireNonNull(promise, "promise");
    }

    /** Call before the request leaves, in the order of the records, and again each time it is sent again. */
    public void sending(String value) {
        history.add(new Event.Sending(name, promise, value));
    }

    /** The answer said where it is; also when it said that it is a duplicate. */
    public void acknowledged(String value, int partition, long offset) {
        history.add(new Event.Acknowledged(name, value, partition, offset));
    }

    /** The answer said that it is not there and that nothing under way could still store it. */
    public void refused(String value) {
        history.add(new Event.Refused(name, value));
    }
}
