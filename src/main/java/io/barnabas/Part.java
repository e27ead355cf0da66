package io.barnabas;

import static java.util.Objects.requireNonNull;

/**
 * Something of the node that is started and stopped: what is started later may use what was started before it.
 *
 * @param name for people, as in "cannot start NAME"
 * @param start blocks until the part does its work; an exception fails the start of the node
 * @param stop blocks until the part has let go of everything; called once, only after {@code start} returned
 */
public record Part(String name, Step start, Step stop) {
    public Part {
        requireNonNull(name, "name");
        requireNonNull(start, "start");
        requireNonNull(stop, "stop");
    }

    /** A piece of a start or a stop. */
    @FunctionalInterface
    public interface Step {
        void run() throws Exception;
    }
}
