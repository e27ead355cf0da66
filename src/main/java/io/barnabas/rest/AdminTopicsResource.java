package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Topics;
import io.barnabas.cluster.Topic;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.concurrent.CompletionStage;

/** Makes, changes and removes topics. */
@Path("admin/topics")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
@Singleton
public final class AdminTopicsResource {
    private final Topics topics;
    private final Bodies bodies;
    private final Responders responders;

    @Inject
    public AdminTopicsResource(Topics topics, Bodies bodies, Responders responders) {
        this.topics = requireNonNull(topics, "topics");
        this.bodies = requireNonNull(bodies, "bodies");
        this.responders = requireNonNull(responders, "responders");
    }

    @POST
    public CompletionStage<Response> create(
            @Context HttpHeaders headers, @Context HttpServletRequest request, InputStream input) {
        CreateTopicBody body = bodies.control(input, headers, CreateTopicBody.class);
        return responders.answer(
                AdminLog.told(
                        "create-topic",
                        body.requiredName(),
                        Caller.of(request),
                        () -> topics.create(body.requiredName(), body.partitionCount(), body.configValues())),
                topic -> Answers.created(view(topic)));
    }

    @PATCH
    @Path("{topic}")
    public CompletionStage<Response> change(
            @PathParam("topic") String name,
            @Context HttpHeaders headers,
            @Context HttpServletRequest request,
            InputStream input) {
        ChangeTopicBody body = bodies.control(input, headers, ChangeTopicBody.class);
        return responders.answer(
                AdminLog.told("change-topic", name, Caller.of(request), () -> body.applyTo(topics, name)),
                topic -> Answers.ok(view(topic)));
    }

    @DELETE
    @Path("{topic}")
    public CompletionStage<Response> delete(@PathParam("topic") String name, @Context HttpServletRequest request) {
        return responders.noContent(AdminLog.told("delete-topic", name, Caller.of(request), () -> topics.delete(name)));
    }

    private TopicView view(Topic topic) {
        return TopicView.of(topic, topics.effectiveConfig(topic), topics.view());
    }
}
