package io.barnabas;

import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line in the log for each change of what this node sees and owns in the cluster; the session with ZooKeeper is
 * told of where it is kept. Confined to the cluster's event thread.
 */
final class StateLog implements Cluster.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);

    private Set<Integer> nodes = Set.of();
    private OptionalInt controller = OptionalInt.empty();

    @Override
    public void viewChanged(ClusterView view) {
        if (!view.controllerId().equals(controller)) {
            controller = view.controllerId();
            LOG.info("controller changed controller={}", controller.isPresent() ? controller.getAsInt() : "-");
        }
        if (!view.nodes().keySet().equals(nodes)) {
            nodes = new TreeSet<>(view.nodes().keySet());
            LOG.info("nodes changed nodes={}", nodes);
        }
    }

    @Override
    public void owned(Topic topic, int partition, int epoch) {
        LOG.info("partition owned topic={} partition={} epoch={}", topic.name(), partition, epoch);
    }

    @Override
    public void disowned(Topic topic, int partition) {
        LOG.info("partition disowned topic={} partition={}", topic.name(), partition);
    }

    @Override
    public void topicDeleted(Topic topic) {
        LOG.info("topic deleted topic={} id={}", topic.name(), topic.id());
    }
}
