package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's word on the shared storage: writes it into the node's registration whenever that says something else, and
 * has the node try whether it can store when another one cannot.
 *
 * <p>Used by {@link ZooKeeperCluster} alone. Confined to the event thread.
 */
final class StorageNotice {
    private static final Logger LOG = LoggerFactory.getLogger(StorageNotice.class);
    private static final long RETRY_MS = 250;

    private final int nodeId;
    private final Registration registration;
    private final ClusterThreads threads;
    private final Announcer announcer;
    private final Runnable changed;

    private StorageReport wanted = StorageReport.UNTRIED;
    private boolean writing;

    /** The newest change of which listeners were told that a proof is wanted. */
    private long asked;

    /** @param changed asks for a new look at the state; thread-safe */
    StorageNotice(
            ClusterSettings settings,
            Registration registration,
            ClusterThreads threads,
            Announcer announcer,
            Runnable changed) {
        this.nodeId = settings.nodeId();
        this.registration = registration;
        this.threads = threads;
        this.announcer = announcer;
        this.changed = changed;
    }

    /** From now on the registration is to say this. */
    void report(StorageReport report) {
        wanted = report;
        changed.run();
    }

    /** A new state is in, of a node that is registered and connected. */
    void seen(Snapshot snapshot) {
        long impaired = NodeRoles.lastImpaired(snapshot.nodes(), nodeId);
        if (impaired > asked) {
            asked = impaired;
            announcer.tell(listener -> listener.proofWanted(impaired));
        }
        Snapshot.Registered self = snapshot.nodes().get(nodeId);
        if (self != null && !self.storage().equals(wanted) && !writing) {
            write(wanted);
        }
    }

    private void write(StorageReport report) {
        writing = true;
        threads.toil(() -> {
            boolean written = true;
            try {
                registration.report(report);
            } catch (BarnabasException e) {
                LOG.warn("others were not told yet what this node can store node={}", nodeId, e);
                written = false;
            }
            boolean again = !written;
            threads.post(() -> {
                writing = false;
                if (again) {
                    threads.later(changed, RETRY_MS);
                } else if (!wanted.equals(report)) {
                    changed.run();
                }
            });
        });
    }
}
