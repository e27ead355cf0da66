package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.Topics;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Response;
import java.util.List;

/** The numbers of the live nodes, in the family's shape. */
@Path("brokers")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
@Singleton
public final class BrokersResource {
    private final Topics topics;

    @Inject
    public BrokersResource(Topics topics) {
        this.topics = requireNonNull(topics, "topics");
    }

    @GET
    public Response brokers() {
        return Answers.ok(new BrokersView(List.copyOf(topics.view().nodes().keySet())));
    }

    record BrokersView(@JsonProperty("brokers") List<Integer> brokers) {}
}
