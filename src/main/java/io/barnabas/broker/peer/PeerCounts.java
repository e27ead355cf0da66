package io.barnabas.broker.peer;

import java.util.Map;

/**
 * A snapshot of the calls to other nodes, for metrics.
 *
 * @param operations one entry for every operation
 * @param inFlightBytes of bodies on their way
 */
public record PeerCounts(Map<PeerOperation, Operation> operations, long inFlightBytes) {
    public PeerCounts {
        operations = Map.copyOf(operations);
    }

    /**
     * Calls of one operation.
     *
     * @param calls begun since the start, those in flight included
     * @param refused by the other node, with an error of its own
     * @param failed without its answer: not reached, or outcome unknown
     * @param inFlight not answered yet
     * @param nanos that the finished ones took, together
     */
    public record Operation(long calls, long refused, long failed, long inFlight, long nanos) {}
}
