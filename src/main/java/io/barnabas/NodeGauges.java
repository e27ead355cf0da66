package io.barnabas;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.StorageReach;
import io.barnabas.metrics.NodeMetrics;

/** Shows what a node can be asked for at any time. */
final class NodeGauges {
    private NodeGauges() {}

    static void show(NodeMetrics metrics, Node node) {
        metrics.gauge("barnabas_partitions_owned", "Partitions that this node owns", node::partitionsOwned);
        metrics.gauge("barnabas_partitions_open", "Those of them that are served", node::partitionsOpen);
        metrics.gauge(
                "barnabas_partitions_failed", "Those of them that could not be opened", () -> node.partitionsFailed()
                        .size());
        metrics.gauge(
                "barnabas_log_writable",
                "1 while the log takes appends",
                () -> node.engine() instanceof EngineStatus.Writable ? 1 : 0);
        metrics.gauge(
                "barnabas_storage_impaired",
                "1 while nothing can be stored from this node and its partitions go to nodes that can store",
                () -> node.storage() == StorageReach.IMPAIRED ? 1 : 0);
        metrics.gauge(
                "barnabas_node_draining",
                "1 while the node hands its work over before it goes",
                () -> node.draining() ? 1 : 0);
        metrics.gauge("barnabas_websocket_open", "Open sockets", node::socketsOpen);
        metrics.gauge("barnabas_fetches_waiting", "Long polls that wait for records", node::fetchesWaiting);
        metrics.gauge(
                "barnabas_node_stuck",
                "1 while something stands still that only a restart helps",
                () -> node.stuck().isPresent() ? 1 : 0);
    }
}
