package io.barnabas.websocket;

import io.barnabas.record.TraceParent;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/** One open WebSocket, as the server's transport gives it. Thread-safe; nothing here waits for the client. */
interface Connection {
    /**
     * Sends a frame. Frames and pings go out in the order of the calls.
     *
     * @param sent called once, on any thread, with null when the transport has passed it on, or with the failure
     */
    void send(Message frame, Consumer<Throwable> sent);

    /** Sends a ping; a failure shows elsewhere. */
    void ping(ByteBuffer payload);

    /** Begins to close; the reason has at most 123 bytes. Idempotent. */
    void close(Goodbye goodbye, String reason);

    /** Whether {@link Protocols#BINARY_V1} was agreed on. */
    boolean binary();

    /** The trace that the client connected as part of. */
    Optional<TraceParent> trace();

    /** For logs: who it is. */
    String id();
}
