package io.barnabas.broker.peer;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls by operation. Thread-safe. */
final class CallMeter {
    private final Map<PeerOperation, Adders> adders = new EnumMap<>(PeerOperation.class);
    private final LongAdder inFlightBytes = new LongAdder();

    CallMeter() {
        for (PeerOperation operation : PeerOperation.values()) {
            adders.put(operation, new Adders());
        }
    }

    void begun(PeerOperation operation, int bytes) {
        adders.get(operation).calls.increment();
        inFlightBytes.add(bytes);
    }

    void ended(PeerOperation operation, int bytes, Outcome outcome, long nanos) {
        Adders of = adders.get(operation);
        of.ended.increment();
        of.nanos.add(nanos);
        inFlightBytes.add(-bytes);
        switch (outcome) {
            case ANSWERED -> {}
            case REFUSED -> of.refused.increment();
            case FAILED -> of.failed.increment();
        }
    }

    PeerCounts counts() {
        Map<PeerOperation, PeerCounts.Operation> operations = new EnumMap<>(PeerOperation.class);
        adders.forEach((operation, of) -> operations.put(operation, of.counts()));
        return new PeerCounts(operations, inFlightBytes.sum());
    }

    /** How a call ended. */
    enum Outcome {
        ANSWERED,
        /** The other node said no. */
        REFUSED,
        /** No answer. */
        FAILED
    }

    private static final class Adders {
        private final LongAdder calls = new LongAdder();
        private final LongAdder ended = new LongAdder();
        private final LongAdder refused = new LongAdder();
        private final LongAdder failed = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        PeerCounts.Operation counts() {
            long over = ended.sum(); // before the calls: what is in flight is never below zero
            long begun = calls.sum();
            return new PeerCounts.Operation(begun, refused.sum(), failed.sum(), begun - over, nanos.sum());
        }
    }
}
