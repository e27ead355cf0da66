package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Cluster;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;

/** The cluster as this node sees it. */
@Path("cluster")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
@Singleton
public final class ClusterResource {
    private final Cluster cluster;

    @Inject
    public ClusterResource(Cluster cluster) {
        this.cluster = requireNonNull(cluster, "cluster");
    }

    @GET
    public Response cluster() {
        return Answers.ok(ClusterBodyView.of(cluster));
    }
}
