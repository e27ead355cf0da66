package io.barnabas.broker;

import io.barnabas.record.ErrorCode;

/**
 * What front ends tell about clients, for metrics. Called on the threads that serve them, so an implementation must be
 * quick, thread-safe and must not throw.
 */
public interface ClientEvents {
    /** Hears nothing. */
    ClientEvents NONE = new ClientEvents() {};

    /** A produce request is complete and waits for its answer from here on. */
    default void produceBegan(Protocol protocol) {}

    /** It can be answered, whatever the answer is. Follows every {@link #produceBegan} once. */
    default void produceEnded(Protocol protocol, long nanos) {}

    /**
     * Records are on their way to a client.
     *
     * @param nanos since the request, and with {@link Wait#PUSH} since the read began
     */
    default void fetched(Protocol protocol, Wait wait, long nanos) {}

    /**
     * Records of one topic go to a client.
     *
     * @param bytes in which they go
     */
    default void delivered(Protocol protocol, String topic, long records, long bytes) {}

    /** A request or a frame was refused or failed. */
    default void rejected(FrontEnd frontEnd, ErrorCode code) {}

    /** A subscription has records to send and no credit. */
    default void starvationBegan() {}

    /** It got credit, or is over. Follows every {@link #starvationBegan} once. */
    default void starvationEnded() {}

    /** Where a client comes in. */
    enum FrontEnd {
        HTTP,
        WEBSOCKET
    }

    /** How a client speaks. */
    enum Protocol {
        HTTP_JSON,
        HTTP_BATCHES,
        WEBSOCKET_JSON,
        WEBSOCKET_BINARY
    }

    /** Whether the time of a fetch may hold a wait for records. */
    enum Wait {
        /** The client asked for what there is. */
        NONE,
        /** The client let the server wait. */
        POLL,
        /** The server sends on its own. */
        PUSH
    }
}
