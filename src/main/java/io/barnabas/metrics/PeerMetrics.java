package io.barnabas.metrics;

import io.barnabas.broker.peer.PeerEvents;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.metrics.Exposition.Tally;
import io.barnabas.record.ErrorCode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.metrics.Tag;

/** Counts what goes to other nodes. */
final class PeerMetrics implements PeerEvents {
    private static final String FORWARDED = "barnabas_forwarded_requests_total";
    private static final String FORWARDED_HELP = "Requests given to the node that can answer them";

    private final Map<PeerOperation, Tally> done = new EnumMap<>(PeerOperation.class);
    private final Map<PeerOperation, Tally> failed = new EnumMap<>(PeerOperation.class);
    private final DurationHistogram duration;

    PeerMetrics(Exposition exposition) {
        for (PeerOperation operation : PeerOperation.values()) {
            done.put(operation, counter(exposition, operation, "done"));
            failed.put(operation, counter(exposition, operation, "failed"));
        }
        duration = DurationHistogram.shown(
                exposition, "barnabas_forward_duration_seconds", "From a call of another node to its answer");
    }

    private static Tally counter(Exposition exposition, PeerOperation operation, String outcome) {
        return exposition.counter(
                FORWARDED, FORWARDED_HELP, new Tag("operation", operation.wireName()), new Tag("outcome", outcome));
    }

    @Override
    public void forwarded(PeerOperation operation, Optional<ErrorCode> failure, long nanos) {
        (failure.isPresent() ? failed : done).get(operation).increment();
        duration.add(nanos);
    }
}
