package io.barnabas.broker.peer;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** Answers one kind of operation for other nodes. Thread-safe; returns at once. */
@FunctionalInterface
public interface PeerHandler {
    /**
     * Executes the operation here; it must not ask a third node.
     *
     * @param fromNode the node that asks
     * @param body of the call, the handler's to keep and to patch
     * @return the answer's body, or a failure with a {@link io.barnabas.record.BarnabasException}, which reaches the
     *     asking node with its code and message
     */
    CompletionStage<ByteBuffer> handle(int fromNode, ByteBuffer body);
}
