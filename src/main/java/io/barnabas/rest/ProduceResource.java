package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.ProduceRequest;
import io.barnabas.broker.Producing;
import io.barnabas.broker.RecordOutcome;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.ProduceBody;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicName;
import io.barnabas.record.TraceParent;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes single records, given as JSON in one of three formats, to a topic or to one of its partitions. */
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
public final class ProduceResource {
    private static final Logger LOG = LoggerFactory.getLogger(ProduceResource.class);

    private final Producing producing;
    private final Bodies bodies;
    private final Json json;
    private final RecordsLimits limits;
    private final Responders responders;
    private final ClientEvents events;

    @Inject
    public ProduceResource(
            Producing producing,
            Bodies bodies,
            Json json,
            RecordsLimits limits,
            Responders responders,
            ClientEvents events) {
        this.producing = requireNonNull(producing, "producing");
        this.bodies = requireNonNull(bodies, "bodies");
        this.json = requireNonNull(json, "json");
        this.limits = requireNonNull(limits, "limits");
        this.responders = requireNonNull(responders, "responders");
        this.events = requireNonNull(events, "events");
    }

    @POST
    @Path("{topic}")
    public CompletionStage<Response> toTopic(
            @PathParam("topic") String topic,
            @QueryParam("acks") String acks,
            @QueryParam("async") String async,
            @Context HttpHeaders headers,
            InputStream input) {
        return produce(topic, OptionalInt.empty(), acks, async, headers, input);
    }

    @POST
    @Path("{topic}/partitions/{partition}")
    public CompletionStage<Response> toPartition(
            @PathParam("topic") String topic,
            @PathParam("partition") String partition,
            @QueryParam("acks") String acks,
            @QueryParam("async") String async,
            @Context HttpHeaders headers,
            InputStream input) {
        return produce(topic, OptionalInt.of(Parameters.partitionNumber(partition)), acks, async, headers, input);
    }

    private CompletionStage<Response> produce(
            String topic, OptionalInt partition, String acks, String async, HttpHeaders headers, InputStream input) {
        RecordFormat format = RestMediaType.recordFormat(headers);
        boolean unanswered = Parameters.flag("async", async);
        ProduceRequest request = producing.begin(
                TopicName.require(topic), partition, Acks.parse(acks), Parameters.idempotencyKey(headers));
        request.trace(TraceParent.parse(headers.getRequestHeader(TraceParent.HEADER)));
        Bodies.Held held = bodies.hold();
        CompletionStage<OutcomesView> outcomes;
        long began;
        try {
            byte[] body = bodies.records(input, headers, held);
            began = System.nanoTime();
            read(request, format, body);
            outcomes = request.send().thenApply(this::view);
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
        events.produceBegan(Protocol.HTTP_JSON);
        outcomes.whenComplete((done, failure) -> {
            held.close();
            events.produceEnded(Protocol.HTTP_JSON, System.nanoTime() - began);
        });
        if (unanswered) {
            logRefused(topic, outcomes);
            return CompletableFuture.completedFuture(Answers.noContent());
        }
        return responders.answer(
                outcomes, view -> Answers.ok(Body.of(view.json())).build());
    }

    private OutcomesView view(List<RecordOutcome> outcomes) {
        RecordOutcome.firstRefusal(outcomes).ifPresent(code -> events.rejected(ClientEvents.FrontEnd.HTTP, code));
        return new OutcomesView(outcomes);
    }

    private void read(ProduceRequest request, RecordFormat format, byte[] body) {
        try {
            ProduceBody reader = new ProduceBody(format, limits);
            reader.read(json.parser(body, 0, body.length), request::add);
            reader.producer().ifPresent(request::producer);
        } catch (IOException e) { // the source is memory: only what is no JSON fails
            throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the body could not be read: " + e.getMessage());
        }
    }

    private static void logRefused(String topic, CompletionStage<OutcomesView> outcomes) {
        outcomes.whenComplete((view, failure) -> {
            List<RecordOutcome.Refused> refused = view == null ? List.of() : view.refused();
            if (failure != null || !refused.isEmpty()) {
                LOG.warn(
                        "records of an unanswered request were refused topic={} records={} reason={}",
                        topic,
                        refused.size(),
                        failure != null ? failure.getMessage() : refused.get(0).message());
            }
        });
    }
}
