package io.barnabas.broker.peer;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Asks other nodes. Thread-safe. */
public interface PeerCalls {
    /**
     * Sends one operation to a node and completes with its answer, on a thread that may go on working but must not be
     * blocked.
     *
     * <p>Fails with the {@link io.barnabas.record.BarnabasException} that the other node answered, code and message kept;
     * else with {@code PEER_UNREACHABLE} (retriable) when the call certainly was not executed (the node is not in the
     * view, is silent, refuses the connection, did not get the whole body), with {@code OVERLOADED} (retriable) when too many calls
     * or bytes are on their way to that node already and nothing was sent, or with {@code OUTCOME_UNKNOWN} (retriable)
     * when it may have been: the connection broke, the node fell silent or the time was over after it had been sent.
     *
     * @param nodeId the node to ask; never this one
     * @param body between position and limit; left as it is, and not to be changed before the stage completes
     * @param timeoutMs how long the answer may take, from now
     */
    CompletionStage<ByteBuffer> call(int nodeId, PeerOperation operation, ByteBuffer body, int timeoutMs);

    /** As above, with a body of several pieces, one after the other, so that nobody has to put them together. */
    default CompletionStage<ByteBuffer> call(
            int nodeId, PeerOperation operation, List<ByteBuffer> body, int timeoutMs) {
        ByteBuffer whole = ByteBuffer.allocate(
                body.stream().mapToInt(ByteBuffer::remaining).sum());
        body.forEach(piece -> whole.put(piece.duplicate()));
        return call(nodeId, operation, whole.flip(), timeoutMs);
    }

    /** How long a node has answered nothing that should have, as {@link Silence} has it; 0 when it is not silent. */
    long silentMs(int nodeId);
}
