package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.Fetching;
import io.barnabas.broker.IdempotencyKey;
import io.barnabas.broker.Producing;
import io.barnabas.broker.ReadBlock;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.Acks;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The hot path: whole record batches in and out, byte for byte, without JSON. */
@Path("topics")
@Singleton
public final class BatchesResource {
    private final Producing producing;
    private final Fetching fetching;
    private final Offsets offsets;
    private final Bodies bodies;
    private final BrokerSettings brokerSettings;
    private final RestSettings settings;
    private final Responders responders;
    private final ClientEvents events;

    @Inject
    public BatchesResource(
            Producing producing,
            Fetching fetching,
            Offsets offsets,
            Bodies bodies,
            BrokerSettings brokerSettings,
            RestSettings settings,
            Responders responders,
            ClientEvents events) {
        this.producing = requireNonNull(producing, "producing");
        this.fetching = requireNonNull(fetching, "fetching");
        this.offsets = requireNonNull(offsets, "offsets");
        this.bodies = requireNonNull(bodies, "bodies");
        this.brokerSettings = requireNonNull(brokerSettings, "brokerSettings");
        this.settings = requireNonNull(settings, "settings");
        this.responders = requireNonNull(responders, "responders");
        this.events = requireNonNull(events, "events");
    }

    @POST
    @Path("{topic}/partitions/{partition}/batches")
    @Produces({
        RestMediaType.CONTROL_ANSWER,
        RestMediaType.JSON_ANSWER,
        RestMediaType.KAFKA_JSON_ANSWER,
        RestMediaType.KAFKA_BINARY_ANSWER,
        RestMediaType.KAFKA_TEXT_ANSWER,
        RestMediaType.PROBLEM_ANSWER
    })
    public CompletionStage<Response> append(
            @PathParam("topic") String topic,
            @PathParam("partition") String number,
            @QueryParam("acks") String acks,
            @Context HttpHeaders headers,
            InputStream input) {
        TopicPartition partition = Parameters.partition(topic, number);
        Acks level = Acks.parse(acks);
        Optional<IdempotencyKey> key = Parameters.idempotencyKey(headers);
        RestMediaType.requireBatches(headers);
        Bodies.Held held = bodies.hold();
        CompletionStage<AppendResult> appended;
        long began;
        try {
            byte[] body = bodies.records(input, headers, held);
            began = System.nanoTime();
            appended = producing.appendBatches(partition, ByteBuffer.wrap(body), level, key);
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
        events.produceBegan(Protocol.HTTP_BATCHES);
        appended.whenComplete((done, failure) -> {
            held.close();
            events.produceEnded(Protocol.HTTP_BATCHES, System.nanoTime() - began);
        });
        return responders.answer(appended, result -> Answers.ok(AppendedView.of(partition, result)));
    }

    @GET
    @Path("{topic}/partitions/{partition}/batches")
    @Produces({RestMediaType.BATCHES, RestMediaType.PROBLEM_ANSWER})
    public CompletionStage<Response> batches(
            @PathParam("topic") String topic,
            @PathParam("partition") String number,
            @QueryParam("offset") String offset,
            @QueryParam("timestamp") String timestamp,
            @QueryParam("timeout") String timeout,
            @QueryParam("max_bytes") String maxBytes) {
        TopicPartition partition = Parameters.partition(topic, number);
        int waitMs = ReadLimits.waitMs(timeout, brokerSettings);
        int bytes = ReadLimits.bytes(maxBytes, settings);
        FetchTime time = FetchTime.start(Protocol.HTTP_BATCHES, waitMs);
        ReadBlock block = fetching.block();
        return responders.answer(
                offsets.start(partition, offset, timestamp)
                        .thenCompose(from -> fetching.fetch(partition, from, bytes, waitMs, block)
                                .thenApply(read -> answer(topic, from, read, block, time))),
                Response.ResponseBuilder::build);
    }

    private Response.ResponseBuilder answer(String topic, long from, ReadResult read, ReadBlock block, FetchTime time) {
        long next = from;
        long records = 0;
        for (RecordBatch batch : RecordBatches.stored(read.batches())) {
            next = Math.max(next, batch.endOffset());
            records += batch.recordCount();
        }
        if (records > 0) {
            events.delivered(
                    Protocol.HTTP_BATCHES, topic, records, read.batches().remaining());
            time.over(events);
        }
        return ReadLimits.withOffsets(Answers.ok(Body.of(read.batches(), block)), read, next)
                .type(RestMediaType.BATCHES);
    }

    /** What an append did; {@code append_time} is there when the topic stamps records itself. */
    record AppendedView(
            @JsonProperty("partition") int partition,
            @JsonProperty("base_offset") long baseOffset,
            @JsonProperty("last_offset") long lastOffset,
            @JsonProperty("append_time") Long appendTime,
            @JsonProperty("beginning_offset") long beginningOffset,
            @JsonProperty("duplicate") boolean duplicate) {

        static AppendedView of(TopicPartition partition, AppendResult result) {
            return new AppendedView(
                    partition.partition(),
                    result.baseOffset(),
                    result.lastOffset(),
                    result.appendTimeMs() < 0 ? null : result.appendTimeMs(),
                    result.logStartOffset(),
                    result.duplicate());
        }
    }
}
