package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.barnabas.broker.Groups;
import io.barnabas.broker.Partitions;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.TopicPartition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What this node is, at {@code /}: a page for people, JSON for everybody else. */
@Path("")
@Singleton
public final class HomeResource {
    /** Of each kind. */
    private static final int MOST = 100;

    private final NodeStatus.Source node;
    private final Cluster cluster;
    private final Partitions partitions;
    private final Groups groups;
    private final Responders responders;

    @Inject
    public HomeResource(
            NodeStatus.Source node, Cluster cluster, Partitions partitions, Groups groups, Responders responders) {
        this.node = requireNonNull(node, "node");
        this.cluster = requireNonNull(cluster, "cluster");
        this.partitions = requireNonNull(partitions, "partitions");
        this.groups = requireNonNull(groups, "groups");
        this.responders = requireNonNull(responders, "responders");
    }

    /** Chosen here and not by the server, whose choice puts its own preference before the client's. */
    @GET
    @Produces({RestMediaType.JSON, RestMediaType.KAFKA, MediaType.TEXT_HTML, RestMediaType.PROBLEM})
    public CompletionStage<Response> home(@Context HttpHeaders headers) {
        boolean html = prefersHtml(headers.getAcceptableMediaTypes());
        return responders.answer(view(), view -> html ? page(view) : json(view));
    }

    /** Whether HTML is named before anything else that we have; a client that takes anything gets JSON. */
    static boolean prefersHtml(List<MediaType> accepted) {
        for (MediaType type : accepted) {
            if (type.isCompatible(MediaType.TEXT_HTML_TYPE) && !type.isWildcardType()) {
                return true;
            }
            if (type.isWildcardType() || isJson(type)) {
                return false;
            }
        }
        return false;
    }

    private static boolean isJson(MediaType type) {
        return type.getType().equals("application") && type.getSubtype().endsWith("json");
    }

    private static Response json(HomeView view) {
        Body body = Body.of(ControlJson.bytes(view));
        return Answers.ok(body)
                .type(RestMediaType.JSON)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private static Response page(HomeView view) {
        return Answers.ok(Body.of(HomePage.of(view).getBytes(UTF_8)))
                .type("text/html;charset=UTF-8")
                .header("Content-Security-Policy", HomePage.POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private CompletionStage<HomeView> view() {
        ClusterView view = cluster.view();
        Map<TopicPartition, PartitionLog> logs = partitions.logs();
        List<Topic> topics = view.topics().values().stream()
                .filter(topic -> !topic.internal())
                .toList();
        List<HomeView.TopicLine> lines = topics.stream()
                .limit(MOST)
                .map(topic -> HomeView.TopicLine.of(topic, view, logs))
                .toList();
        return groups.list().thenCompose(list -> lines(list).thenApply(groupLines -> {
            NodeStatus status = node.now();
            return new HomeView(
                    view.thisNodeId(),
                    status.version(),
                    view.clusterId(),
                    status.phase(),
                    status.ready(),
                    status.advice().orElse(null),
                    HomeView.uptimeMs(status.startedAt(), Instant.now()),
                    cluster.session().name().toLowerCase(Locale.ROOT),
                    view.controllerId().isPresent() ? view.controllerId().getAsInt() : null,
                    HomeView.NodeLine.of(view, MOST),
                    topics.size(),
                    lines,
                    list.size(),
                    groupLines,
                    HomeView.LINKS);
        }));
    }

    /** One that cannot be asked now is shown without its lag. */
    private CompletionStage<List<HomeView.GroupLine>> lines(List<GroupSummary> all) {
        List<GroupSummary> first = all.stream()
                .sorted(Comparator.comparing(GroupSummary::group))
                .limit(MOST)
                .toList();
        List<CompletableFuture<HomeView.GroupLine>> lines = new ArrayList<>();
        for (GroupSummary group : first) {
            lines.add(groups.describe(group.group())
                    .thenApply(HomeView.GroupLine::of)
                    .exceptionally(failure -> new HomeView.GroupLine(
                            group.group(),
                            group.state(),
                            group.memberCount(),
                            group.topics().stream().sorted().toList(),
                            null))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(lines.toArray(CompletableFuture[]::new))
                .thenApply(done -> lines.stream().map(CompletableFuture::join).toList());
    }
}
