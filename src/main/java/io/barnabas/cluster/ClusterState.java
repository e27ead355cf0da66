package io.barnabas.cluster;

import io.barnabas.cluster.Snapshot.Versioned;
import io.barnabas.record.BarnabasException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node knows of the cluster: takes each new state in from the {@link Mirror}, has {@link Holdings} decide what
 * of it is this node's, makes the view and tells listeners what changed.
 *
 * <p>Used by {@link ZooKeeperCluster} alone. Confined to the event thread, but for {@link #view}.
 */
final class ClusterState {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterState.class);

    private final int nodeId;
    private final int sessionTimeoutMs;
    private final Mirror mirror;
    private final Holdings holdings;
    private final HandOvers handOvers;
    private final Catalogue catalogue;
    private final Announcer announcer;
    private final ClusterThreads threads;
    private final CompletableFuture<Void> started;

    /** Written by the event thread, read by all. */
    private volatile ClusterView view;

    private Snapshot snapshot =
            new Snapshot(new TreeMap<>(), OptionalInt.empty(), new TreeMap<>(), Map.of(), Map.of(), Map.of());
    private String clusterId = "";
    private boolean mirrored;

    /** @param started fails when the state cannot be read before this node was ever taken in */
    ClusterState(
            ClusterSettings settings,
            Mirror mirror,
            Holdings holdings,
            HandOvers handOvers,
            Catalogue catalogue,
            Announcer announcer,
            ClusterThreads threads,
            CompletableFuture<Void> started) {
        this.nodeId = settings.nodeId();
        this.sessionTimeoutMs = settings.sessionTimeoutMs();
        this.mirror = mirror;
        this.holdings = holdings;
        this.handOvers = handOvers;
        this.catalogue = catalogue;
        this.announcer = announcer;
        this.threads = threads;
        this.started = started;
        view = snapshot.view(clusterId, nodeId, Map.of());
    }

    /** What everybody may know of the last state. Thread-safe. */
    ClusterView view() {
        return view;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** This node has a seat in the cluster of this id; whether that is the first, with which mirroring begins. */
    boolean begin(String ofCluster) {
        clusterId = ofCluster;
        if (mirrored) {
            return false;
        }
        mirrored = true;
        mirror.start();
        return true;
    }

    /** Takes the present state in and tells what changed; false, and nothing happens, when there is no whole state. */
    boolean refresh() {
        if (!mirrored || !mirror.complete()) {
            return false;
        }
        Snapshot before = snapshot;
        try {
            snapshot = mirror.snapshot();
        } catch (BarnabasException e) {
            // Better an old state than one with a hole in it: a topic that cannot be read is not a deleted one.
            LOG.error("the cluster's documents are unreadable, keeping the last state reason={}", e.getMessage());
            started.completeExceptionally(e);
            return false;
        }
        publish(holdings.reconcile(snapshot), before);
        return true;
    }

    /** Nothing is this node's any more: partitions are disowned, the view shows it, and nobody is told of the view. */
    void release() {
        List<Holdings.Change> released = holdings.release();
        view = snapshot.view(clusterId, nodeId, holdings.held());
        announcer.disowned(released);
    }

    /** Ends mirroring. Called once the event thread has nothing to do with this any more. */
    void close() {
        if (mirrored) {
            mirror.close();
        }
    }

    private void publish(Holdings.Outcome outcome, Snapshot before) {
        ClusterView now = snapshot.view(clusterId, nodeId, holdings.held());
        boolean different = !now.equals(view);
        view = now;
        announcer.disowned(outcome.disowned());
        handOvers.begin(outcome.leaving());
        if (different) {
            announcer.tell(listener -> listener.viewChanged(now));
        }
        announcer.owned(outcome.owned());
        for (Versioned<Topic> topic : before.topics().values()) {
            if (snapshot.topic(topic.value().id()).isEmpty()) {
                confirmDeleted(topic.value(), clusterId);
            }
        }
    }

    /** Data is removed on this word, so it is asked of ZooKeeper itself once more. */
    private void confirmDeleted(Topic topic, String inCluster) {
        threads.toil(() -> {
            try {
                if (catalogue.gone(topic, inCluster)) {
                    threads.post(() -> announcer.tell(listener -> listener.topicDeleted(topic)));
                } else {
                    LOG.error("a topic vanished without having been deleted topic={}", topic.name());
                }
            } catch (Exception e) {
                LOG.warn("could not confirm that a topic is deleted topic={}", topic.name(), e);
                threads.post(() -> threads.later(() -> confirmDeleted(topic, inCluster), sessionTimeoutMs));
            }
        });
    }
}
