package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.Fetching;
import io.barnabas.broker.ReadBlock;
import io.barnabas.broker.format.Json;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.TopicPartition;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** Reads a partition from an offset or a time on, without a group and without any state. */
@Path("topics")
@Singleton
public final class RecordsResource {
    private final Fetching fetching;
    private final Offsets offsets;
    private final Json json;
    private final BrokerSettings brokerSettings;
    private final RestSettings settings;
    private final Responders responders;
    private final ClientEvents events;

    @Inject
    public RecordsResource(
            Fetching fetching,
            Offsets offsets,
            Json json,
            BrokerSettings brokerSettings,
            RestSettings settings,
            Responders responders,
            ClientEvents events) {
        this.fetching = requireNonNull(fetching, "fetching");
        this.offsets = requireNonNull(offsets, "offsets");
        this.json = requireNonNull(json, "json");
        this.brokerSettings = requireNonNull(brokerSettings, "brokerSettings");
        this.settings = requireNonNull(settings, "settings");
        this.responders = requireNonNull(responders, "responders");
        this.events = requireNonNull(events, "events");
    }

    @GET
    @Path("{topic}/partitions/{partition}/records")
    public CompletionStage<Response> records(
            @PathParam("topic") String topic,
            @PathParam("partition") String number,
            @QueryParam("offset") String offset,
            @QueryParam("timestamp") String timestamp,
            @QueryParam("timeout") String timeout,
            @QueryParam("max_bytes") String maxBytes,
            @QueryParam("max_records") String maxRecords,
            @Context HttpHeaders headers) {
        TopicPartition partition = Parameters.partition(topic, number);
        RestMediaType.RecordAnswer answer = RestMediaType.recordAnswer(RestMediaType.Accepted.of(headers));
        int waitMs = ReadLimits.waitMs(timeout, brokerSettings);
        int bytes = ReadLimits.bytes(maxBytes, settings);
        int count = Parameters.integer("max_records", maxRecords, 1, Integer.MAX_VALUE, Integer.MAX_VALUE);
        FetchTime time = FetchTime.start(Protocol.HTTP_JSON, waitMs);
        ReadBlock block = fetching.block();
        return responders.answer(
                offsets.start(partition, offset, timestamp)
                        .thenCompose(from -> fetching.fetch(partition, from, bytes, waitMs, block)
                                .thenApply(read -> new Fetched(from, read))),
                fetched -> {
                    RecordArray array = new RecordArray(json, answer.format(), bytes, count);
                    long next =
                            array.add(partition, fetched.from(), fetched.read().batches());
                    ByteBuffer body = array.finish();
                    block.close();
                    array.count(Protocol.HTTP_JSON, topic, events);
                    if (array.recordCount() > 0) {
                        time.over(events);
                    }
                    return ReadLimits.withOffsets(Answers.ok(Body.of(body)), fetched.read(), next)
                            .type(answer.mediaType())
                            .build();
                });
    }

    private record Fetched(long from, ReadResult read) {}
}
