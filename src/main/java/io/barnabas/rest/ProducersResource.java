package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.ProducerIdentity;
import io.barnabas.broker.Producing;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Gives idempotent producers their ids and epochs. */
@Path("producers")
@Produces({
    RestMediaType.CONTROL_ANSWER,
    RestMediaType.JSON_ANSWER,
    RestMediaType.KAFKA_JSON_ANSWER,
    RestMediaType.KAFKA_BINARY_ANSWER,
    RestMediaType.KAFKA_TEXT_ANSWER,
    RestMediaType.PROBLEM_ANSWER
})
public final class ProducersResource {
    private final Producing producing;
    private final Bodies bodies;
    private final Responders responders;

    @Inject
    public ProducersResource(Producing producing, Bodies bodies, Responders responders) {
        this.producing = requireNonNull(producing, "producing");
        this.bodies = requireNonNull(bodies, "bodies");
        this.responders = requireNonNull(responders, "responders");
    }

    @POST
    public CompletionStage<Response> create(@Context HttpHeaders headers, InputStream input) {
        ProducerBody body = bodies.controlOrNull(input, headers, ProducerBody.class);
        Optional<ProducerIdentity> known = body == null ? Optional.empty() : body.known();
        CompletionStage<ProducerIdentity> given =
                known.map(producing::renewProducer).orElseGet(producing::newProducer);
        return responders.answer(given, identity -> Answers.created(ProducerView.of(identity)));
    }

    record ProducerView(
            @JsonProperty("producer_id") long producerId,
            @JsonProperty("producer_epoch") int producerEpoch) {
        static ProducerView of(ProducerIdentity identity) {
            return new ProducerView(identity.producerId(), identity.producerEpoch());
        }
    }
}
