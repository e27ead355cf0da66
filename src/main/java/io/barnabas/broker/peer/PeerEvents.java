package io.barnabas.broker.peer;

import io.barnabas.record.ErrorCode;
import java.util.Optional;

/**
 * What is told about calls to other nodes, for metrics. Called on the threads that complete them, so an implementation
 * must be quick, thread-safe and must not throw.
 */
public interface PeerEvents {
    /** Hears nothing. */
    PeerEvents NONE = new PeerEvents() {};

    /**
     * A request was given to the node that can answer it, and its answer is there.
     *
     * @param failure what it failed with, here or there; absent when it went well
     * @param nanos from the call to its answer
     */
    default void forwarded(PeerOperation operation, Optional<ErrorCode> failure, long nanos) {}
}
