package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.metrics.Exposition.Tally;
import org.eclipse.microprofile.metrics.Tag;

/** Counts what the cluster tells; called on its event thread, one event at a time. */
final class ClusterMetrics implements Cluster.Listener {
    private final TopicTable topics;
    private final Tally claims;
    private final Tally takeOvers;
    private final Tally disownments;
    private final Tally losses;
    private final Tally suspensions;

    /** Written by the event thread, read by whoever scrapes. */
    private volatile Cluster.Session session = Cluster.Session.STARTING;

    private volatile Counts counts = new Counts(0, 0, 0);

    private record Counts(int nodes, int topics, int isController) {}

    ClusterMetrics(Exposition exposition, TopicTable topics) {
        this.topics = requireNonNull(topics, "topics");
        claims = exposition.counter("barnabas_partition_claims_total", "Partitions that this node began to own");
        takeOvers = exposition.counter(
                "barnabas_partition_take_overs_total",
                "Partitions that this node began to own and that had been owned before, by another node or by itself");
        disownments = exposition.counter("barnabas_partition_losses_total", "Partitions that this node ceased to own");
        losses = exposition.counter("barnabas_zookeeper_sessions_lost_total", "Sessions with ZooKeeper that ended");
        suspensions = exposition.counter(
                "barnabas_zookeeper_suspensions_total", "How often the connection to ZooKeeper was gone");
        for (Cluster.Session each : Cluster.Session.values()) {
            exposition.gauge(
                    "barnabas_zookeeper_session",
                    "1 for the state that the session with ZooKeeper is in",
                    () -> session == each ? 1 : 0,
                    new Tag("state", ClientMetrics.label(each)));
        }
        exposition.gauge("barnabas_cluster_nodes", "Live nodes that this one knows of", () -> counts.nodes);
        exposition.gauge("barnabas_cluster_topics", "Topics that this node knows of", () -> counts.topics);
        exposition.gauge("barnabas_cluster_controller", "1 on the node that leads", () -> counts.isController);
    }

    @Override
    public void viewChanged(ClusterView view) {
        topics.exist(view.topics().keySet());
        boolean leads = view.controllerId().isPresent() && view.controllerId().getAsInt() == view.thisNodeId();
        counts = new Counts(view.nodes().size(), view.topics().size(), leads ? 1 : 0);
    }

    @Override
    public void owned(Topic topic, int partition, int epoch) {
        claims.increment();
        if (epoch > 1) {
            takeOvers.increment();
        }
    }

    @Override
    public void disowned(Topic topic, int partition) {
        disownments.increment();
    }

    @Override
    public void sessionChanged(Cluster.Session next) {
        session = next;
        if (next == Cluster.Session.LOST) {
            losses.increment();
        } else if (next == Cluster.Session.SUSPENDED) {
            suspensions.increment();
        }
    }
}
