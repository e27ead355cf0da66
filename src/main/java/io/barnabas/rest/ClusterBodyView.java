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
 * @param wanted nodes that shall own a partition and do not yet: on its way, or offline because that node is away
 */
record ClusterBodyView(
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("node") int node,
        @JsonProperty("session") String session,
        @JsonProperty("controller") Integer controller,
        @JsonProperty("nodes") List<NodeView> nodes,
        @JsonProperty("owners") List<OwnerView> owners,
        @JsonProperty("wanted") List<WantedView> wanted) {

    static ClusterBodyView of(Cluster cluster) {
        ClusterView view = cluster.view();
        return new ClusterBodyView(
                view.clusterId(),
                view.thisNodeId(),
                cluster.session().name().toLowerCase(Locale.ROOT),
                view.controllerId().isPresent() ? view.controllerId().getAsInt() : null,
                view.nodes().values().stream()
                        .map(node -> new NodeView(
                                node.id(),
                                node.url().toString(),
                                node.zone(),
                                node.draining(),
                                node.storage().name().toLowerCase(Locale.ROOT)))
                        .toList(),
                view.owners().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(owner -> new OwnerView(
                                owner.getKey().topic(),
                                owner.getKey().partition(),
                                owner.getValue().nodeId(),
                                owner.getValue().epoch()))
                        .toList(),
                view.wanted().entrySet().stream()
                        .filter(wanted -> view.owner(wanted.getKey())
                                .filter(owner -> owner.nodeId() == wanted.getValue())
                                .isEmpty())
                        .sorted(Map.Entry.comparingByKey())
                        .map(wanted -> new WantedView(
                                wanted.getKey().topic(), wanted.getKey().partition(), wanted.getValue()))
                        .toList());
    }

    /**
     * A live node.
     *
     * @param storage what it says of the storage that all share: able, impaired or recovering
     */
    record NodeView(
            @JsonProperty("id") int id,
            @JsonProperty("url") String url,
            @JsonProperty("zone") String zone,
            @JsonProperty("draining") boolean draining,
            @JsonProperty("storage") String storage) {}

    /** Which node shall own a partition that it does not own at the moment; nobody does, or another. */
    record WantedView(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition,
            @JsonProperty("node") int node) {}

    /** Who may append to a partition, and under which epoch. */
    record OwnerView(
            @JsonProperty("topic") String topic,
            @JsonProperty("partition") int partition,
            @JsonProperty("node") int node,
            @JsonProperty("epoch") int epoch) {}
}
