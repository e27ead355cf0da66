package io.barnabas.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The cluster as a node sees it.
 *
 * @param controller the node that leads, absent while none does
 * @param session of the answering node with ZooKeeper
 * @param owners by topic and partition; a partition without an owner is left out
 */
record ClusterBodyView(
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("node") int node,
        @JsonProperty("session") String session,
        @JsonProperty("controller") Integer controller,
        @JsonProperty("nodes") List<NodeView> nodes,
        @JsonProperty("owners") List<OwnerView> owners) {

    static ClusterBodyView of(Cluster cluster) {
        ClusterView view = cluster.view();
        return new ClusterBodyView(
                view.clusterId(),
                view.thisNodeId(),
                cluster.session().name().toLowerCase(Locale.ROOT),
                view.controllerId().isPresent() ? view.controllerId().getAsInt() : null,
                view.nodes().values().stream()
                        .map(node -> new NodeView(node.id(), node.url().toString()))
                        .toList(),
                view.owners().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(owner -> new OwnerView(
                                owner.getKey().topic(),
                                owner.getKey().partition(),
                                owner.getValue().nodeId(),
                                owner.getValue().epoch()))
                        .toList());
    }

    /** A live node. */
    record NodeView(
            @JsonProperty("id") int id, @JsonProperty("url") String url) {}

    /** Who may append to a partition, and under which epoch. */
    record OwnerView(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition,
            @JsonProperty("node") int node,
            @JsonProperty("epoch") int epoch) {}
}
