package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's leaving in good order: tells the others that it drains, and answers when others serve what it had.
 *
 * <pre>
 * STAYING -- begin --> LEAVING -- all given away, nobody takes it, session over, closed --> LEFT
 * </pre>
 *
 * <p>Used by {@link ZooKeeperCluster} alone. Confined to the event thread.
 */
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private final int nodeId;
    private final LogHome logs;
    private final Registration registration;
    private final ClusterThreads threads;

    /** Absent while the node stays. */
    private Optional<CompletableFuture<Void>> draining = Optional.empty();

    Departure(ClusterSettings settings, Registration registration, ClusterThreads threads) {
        this.nodeId = settings.nodeId();
        this.logs = settings.logs();
        this.registration = registration;
        this.threads = threads;
    }

    /** Begins once; completes {@code answer} at once when it has begun before, or when nobody can be told. */
    void begin(Cluster.Session session, CompletableFuture<Void> answer) {
        if (draining.isPresent() || session != Cluster.Session.CONNECTED) {
            answer.complete(null);
            return;
        }
        draining = Optional.of(answer);
        threads.toil(() -> {
            try {
                registration.drain();
            } catch (BarnabasException e) {
                LOG.warn("others were not told that this node leaves node={}", nodeId, e);
                threads.answer(() -> answer.complete(null));
            }
        });
    }

    /** A new state is in: looks whether what this node had is served by others, or cannot be. */
    void seen(Snapshot snapshot, Holdings holdings) {
        if (draining.isEmpty() || draining.get().isDone()) {
            return;
        }
        Snapshot.Registered self = snapshot.nodes().get(nodeId);
        boolean told = self != null && self.draining();
        if (told && (logs == LogHome.NODE || !snapshot.othersTake(nodeId) || givenAway(snapshot, holdings))) {
            CompletableFuture<Void> answer = draining.get();
            threads.answer(() -> answer.complete(null));
        }
    }

    /** The session is over, and with it everything this node could give away. */
    void lost() {
        draining.ifPresent(answer -> threads.answer(() -> answer.complete(null)));
    }

    /** The node closes: whoever waits need not any more. */
    void close() {
        draining.ifPresent(answer -> answer.complete(null));
    }

    private boolean givenAway(Snapshot snapshot, Holdings holdings) {
        return holdings.empty() && snapshot.servedByOthers(nodeId);
    }
}
