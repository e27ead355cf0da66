package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A poll.
 *
 * @param waitMs longest wait for records; absent: as the instance was created with
 * @param maxBytes of stored batches to read, at least one batch
 * @param check looks at the instance's settings before anything is read, and throws when they do not fit the request
 */
public record PollRequest(OptionalInt waitMs, int maxBytes, Consumer<InstanceSettings> check) {
    public PollRequest {
        requireNonNull(waitMs, "waitMs");
        requireNonNull(check, "check");
    }
}
