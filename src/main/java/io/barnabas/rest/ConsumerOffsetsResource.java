package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.StartPosition;
import io.barnabas.broker.consumer.Consumers;
import io.barnabas.record.TopicPartition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Commits of consumer instances, and where they read on. */
@Path("consumers")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
@Singleton
public final class ConsumerOffsetsResource {
    private final Consumers instances;
    private final Bodies bodies;
    private final Responders responders;

    @Inject
    public ConsumerOffsetsResource(Consumers instances, Bodies bodies, Responders responders) {
        this.instances = requireNonNull(instances, "instances");
        this.bodies = requireNonNull(bodies, "bodies");
        this.responders = requireNonNull(responders, "responders");
    }

    /** Commits the offsets given, as given; without a body everything that was returned so far. */
    @POST
    @Path("{group}/instances/{instance}/offsets")
    public CompletionStage<Response> commit(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @Context HttpHeaders headers,
            InputStream input) {
        OffsetsBody body = bodies.controlOrNull(input, headers, OffsetsBody.class);
        return responders.noContent(
                instances.commit(group, instance, Optional.ofNullable(body).map(OffsetsBody::commits)));
    }

    @POST
    @Path("{group}/instances/{instance}/positions")
    public CompletionStage<Response> seek(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @Context HttpHeaders headers,
            InputStream input) {
        OffsetsBody body = bodies.control(input, headers, OffsetsBody.class);
        return responders.noContent(instances.seek(group, instance, body.positions()));
    }

    @POST
    @Path("{group}/instances/{instance}/positions/beginning")
    public CompletionStage<Response> seekToBeginning(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @Context HttpHeaders headers,
            InputStream input) {
        return seekTo(group, instance, headers, input, new StartPosition.Earliest());
    }

    @POST
    @Path("{group}/instances/{instance}/positions/end")
    public CompletionStage<Response> seekToEnd(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @Context HttpHeaders headers,
            InputStream input) {
        return seekTo(group, instance, headers, input, new StartPosition.Latest());
    }

    private CompletionStage<Response> seekTo(
            String group, String instance, HttpHeaders headers, InputStream input, StartPosition target) {
        PartitionsBody body = bodies.control(input, headers, PartitionsBody.class);
        Map<TopicPartition, StartPosition> targets = new HashMap<>();
        body.named().forEach(partition -> targets.put(partition, target));
        return responders.noContent(instances.seek(group, instance, targets));
    }
}
