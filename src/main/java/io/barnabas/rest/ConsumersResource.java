package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.consumer.Consumers;
import io.barnabas.broker.consumer.InstanceSettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.concurrent.CompletionStage;

/** Consumer instances: made, subscribed or given partitions, kept alive, deleted. */
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
public final class ConsumersResource {
    private final Consumers instances;
    private final Bodies bodies;
    private final Responders responders;

    @Inject
    public ConsumersResource(Consumers instances, Bodies bodies, Responders responders) {
        this.instances = requireNonNull(instances, "instances");
        this.bodies = requireNonNull(bodies, "bodies");
        this.responders = requireNonNull(responders, "responders");
    }

    @POST
    @Path("{group}")
    public CompletionStage<Response> create(
            @PathParam("group") String group, @Context HttpHeaders headers, @Context UriInfo uri, InputStream input) {
        InstanceBody body = bodies.controlOrNull(input, headers, InstanceBody.class);
        InstanceSettings settings = InstanceSettings.of((body == null ? InstanceBody.EMPTY : body).values());
        String base = uri.getBaseUri()
                .resolve("consumers/" + GroupsResource.requireGroup(group) + "/instances/")
                .toString();
        return responders.answer(
                instances.create(group, settings), name -> Answers.ok(new CreatedView(name, base + name)));
    }

    @DELETE
    @Path("{group}/instances/{instance}")
    public CompletionStage<Response> delete(@PathParam("group") String group, @PathParam("instance") String instance) {
        return responders.noContent(instances.delete(group, instance));
    }

    @POST
    @Path("{group}/instances/{instance}/heartbeat")
    public CompletionStage<Response> heartbeat(
            @PathParam("group") String group, @PathParam("instance") String instance) {
        return responders.noContent(instances.heartbeat(group, instance));
    }

    @POST
    @Path("{group}/instances/{instance}/subscription")
    public CompletionStage<Response> subscribe(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @Context HttpHeaders headers,
            InputStream input) {
        SubscriptionBody body = bodies.control(input, headers, SubscriptionBody.class);
        return responders.noContent(
                body.ends()
                        ? instances.unsubscribe(group, instance)
                        : instances.subscribe(group, instance, body.subscription()));
    }

    @GET
    @Path("{group}/instances/{instance}/subscription")
    public CompletionStage<Response> subscription(
            @PathParam("group") String group, @PathParam("instance") String instance) {
        return responders.answer(
                instances.subscription(group, instance).thenCompose(subscription -> instances
                        .assignments(group, instance)
                        .thenApply(now -> SubscriptionBody.View.of(subscription, now.partitions()))),
                Answers::ok);
    }

    @DELETE
    @Path("{group}/instances/{instance}/subscription")
    public CompletionStage<Response> unsubscribe(
            @PathParam("group") String group, @PathParam("instance") String instance) {
        return responders.noContent(instances.unsubscribe(group, instance));
    }

    @POST
    @Path("{group}/instances/{instance}/assignments")
    public CompletionStage<Response> assign(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @Context HttpHeaders headers,
            InputStream input) {
        PartitionsBody body = bodies.control(input, headers, PartitionsBody.class);
        return responders.noContent(instances.assign(group, instance, body.named()));
    }

    @GET
    @Path("{group}/instances/{instance}/assignments")
    public CompletionStage<Response> assignments(
            @PathParam("group") String group, @PathParam("instance") String instance) {
        return responders.answer(
                instances.assignments(group, instance), now -> Answers.ok(PartitionsBody.View.of(now)));
    }

    record CreatedView(
            @JsonProperty("instance_id") String instanceId,
            @JsonProperty("base_uri") String baseUri) {}
}
