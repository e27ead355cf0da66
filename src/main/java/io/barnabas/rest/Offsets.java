package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Positioning;
import io.barnabas.broker.StartPosition;
import io.barnabas.record.TopicPartition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds the offset that a read begins at from the query parameters {@code offset} and {@code timestamp}. */
public final class Offsets {
    private final Positioning positioning;

    public Offsets(Positioning positioning) {
        this.positioning = requireNonNull(positioning, "positioning");
    }

    /** The offset; that of the first record when neither parameter is given. */
    CompletionStage<Long> start(TopicPartition partition, String offset, String timestamp) {
        StartPosition start = position(offset, timestamp);
        if (start instanceof StartPosition.Offset fixed) { // the read itself refuses what is out of range
            return CompletableFuture.completedFuture(fixed.offset());
        }
        return positioning.resolve(partition, start);
    }

    static StartPosition position(String offset, String timestamp) {
        if (offset != null && timestamp != null) {
            throw ControlJson.invalid("query parameters 'offset' and 'timestamp' exclude each other");
        }
        if (timestamp != null) {
            return new StartPosition.Timestamp(Parameters.whole("timestamp", timestamp, 0, Long.MAX_VALUE));
        }
        if (offset == null || offset.equals("earliest")) {
            return new StartPosition.Earliest();
        }
        if (offset.equals("latest")) {
            return new StartPosition.Latest();
        }
        return new StartPosition.Offset(Parameters.whole("offset", offset, 0, Long.MAX_VALUE));
    }
}
