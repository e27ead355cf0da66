package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Topics;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.record.TopicPartition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.concurrent.CompletionStage;

/** What topics there are and what they hold; and the one way to make a partition hold less. */
@Path("topics")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
@Singleton
public final class TopicsResource {
    private final Topics topics;
    private final Bodies bodies;
    private final Responders responders;

    @Inject
    public TopicsResource(Topics topics, Bodies bodies, Responders responders) {
        this.topics = requireNonNull(topics, "topics");
        this.bodies = requireNonNull(bodies, "bodies");
        this.responders = requireNonNull(responders, "responders");
    }

    @GET
    public Response names() {
        return Answers.ok(topics.names());
    }

    @GET
    @Path("{topic}")
    public Response topic(@PathParam("topic") String name) {
        Topic topic = topics.topic(name);
        return Answers.ok(TopicView.of(topic, topics.effectiveConfig(topic), topics.view()));
    }

    @GET
    @Path("{topic}/partitions")
    public Response partitions(@PathParam("topic") String name) {
        return Answers.ok(TopicView.partitions(topics.topic(name), topics.view()));
    }

    @GET
    @Path("{topic}/partitions/{partition}")
    public Response partition(@PathParam("topic") String name, @PathParam("partition") String number) {
        TopicPartition partition = Parameters.partition(name, number);
        ClusterView view = topics.view();
        view.topicWith(partition);
        return Answers.ok(TopicView.PartitionView.of(partition, view));
    }

    @GET
    @Path("{topic}/partitions/{partition}/offsets")
    public CompletionStage<Response> offsets(@PathParam("topic") String name, @PathParam("partition") String number) {
        return responders.answer(
                topics.offsets(Parameters.partition(name, number)),
                offsets -> Answers.ok(new TopicView.OffsetsView(offsets.beginning(), offsets.end())));
    }

    /** Deletes the records below an offset; answers what is left. */
    @POST
    @Path("{topic}/partitions/{partition}/truncate")
    public CompletionStage<Response> truncate(
            @PathParam("topic") String name,
            @PathParam("partition") String number,
            @Context HttpHeaders headers,
            @Context HttpServletRequest request,
            InputStream input) {
        TopicPartition partition = Parameters.partition(name, number);
        TruncateBody body = bodies.control(input, headers, TruncateBody.class);
        CompletionStage<Long> truncated = AdminLog.told(
                "truncate-partition",
                partition.toString(),
                Caller.of(request),
                () -> topics.truncate(partition, body.requiredOffset()));
        return responders.answer(
                truncated.thenCompose(beginning -> topics.offsets(partition)
                        .thenApply(offsets -> new TopicView.OffsetsView(beginning, offsets.end()))),
                Answers::ok);
    }
}
