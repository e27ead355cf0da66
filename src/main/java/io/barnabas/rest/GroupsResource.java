package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Groups;
import io.barnabas.record.TopicName;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
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

/** Consumer groups as an operator sees them, of whichever protocol their members are. */
@Path("groups")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
@Singleton
public final class GroupsResource {
    private final Groups groups;
    private final Bodies bodies;
    private final Responders responders;

    @Inject
    public GroupsResource(Groups groups, Bodies bodies, Responders responders) {
        this.groups = requireNonNull(groups, "groups");
        this.bodies = requireNonNull(bodies, "bodies");
        this.responders = requireNonNull(responders, "responders");
    }

    @GET
    public CompletionStage<Response> list() {
        return responders.answer(
                groups.list(),
                list -> Answers.ok(list.stream().map(GroupView.SummaryView::of).toList()));
    }

    @GET
    @Path("{group}")
    public CompletionStage<Response> describe(@PathParam("group") String group) {
        return responders.answer(
                groups.describe(requireGroup(group)), described -> Answers.ok(GroupView.of(described)));
    }

    /** Moves the committed offsets of a group without active members; with {@code dry_run} only says where to. */
    @POST
    @Path("{group}/offsets")
    public CompletionStage<Response> reset(
            @PathParam("group") String group,
            @Context HttpHeaders headers,
            @Context HttpServletRequest request,
            InputStream input) {
        ResetBody body = bodies.control(input, headers, ResetBody.class);
        return responders.answer(
                AdminLog.told(
                        body.dryRun() ? "try-reset-of-group" : "reset-group",
                        group,
                        Caller.of(request),
                        () -> groups.reset(
                                requireGroup(group),
                                body.requiredTopic(),
                                body.partitionNumbers(),
                                body.target(),
                                body.dryRun())),
                resets -> Answers.ok(ResetBody.View.of(body.dryRun(), resets)));
    }

    @DELETE
    @Path("{group}")
    public CompletionStage<Response> delete(@PathParam("group") String group, @Context HttpServletRequest request) {
        return responders.noContent(
                AdminLog.told("delete-group", group, Caller.of(request), () -> groups.delete(requireGroup(group))));
    }

    static String requireGroup(String group) {
        return TopicName.requireLabel("group name", group);
    }
}
