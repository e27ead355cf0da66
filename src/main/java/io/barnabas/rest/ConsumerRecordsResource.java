package io.barnabas.rest;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.ClientEvents;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.consumer.Consumers;
import io.barnabas.broker.consumer.InstanceSettings;
import io.barnabas.broker.consumer.PollRequest;
import io.barnabas.broker.consumer.Polled;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.RecordFormat;
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
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/** Polls of consumer instances: a bare array, as soon as there is something to put into it. */
@Path("consumers")
@Singleton
public final class ConsumerRecordsResource {
    private final Consumers instances;
    private final Json json;
    private final BrokerSettings brokerSettings;
    private final RestSettings settings;
    private final Responders responders;
    private final ClientEvents events;

    @Inject
    public ConsumerRecordsResource(
            Consumers instances,
            Json json,
            BrokerSettings brokerSettings,
            RestSettings settings,
            Responders responders,
            ClientEvents events) {
        this.instances = requireNonNull(instances, "instances");
        this.json = requireNonNull(json, "json");
        this.brokerSettings = requireNonNull(brokerSettings, "brokerSettings");
        this.settings = requireNonNull(settings, "settings");
        this.responders = requireNonNull(responders, "responders");
        this.events = requireNonNull(events, "events");
    }

    @GET
    @Path("{group}/instances/{instance}/records")
    public CompletionStage<Response> poll(
            @PathParam("group") String group,
            @PathParam("instance") String instance,
            @QueryParam("timeout") String timeout,
            @QueryParam("max_bytes") String maxBytes,
            @Context HttpHeaders headers) {
        RestMediaType.Accepted accepted = RestMediaType.Accepted.of(headers);
        int bytes = ReadLimits.bytes(maxBytes, settings);
        OptionalInt waitMs =
                timeout == null ? OptionalInt.empty() : OptionalInt.of(ReadLimits.waitMs(timeout, brokerSettings));
        PollRequest request = new PollRequest(waitMs, bytes, created -> requireAccepted(accepted, created));
        FetchTime time = FetchTime.start(Protocol.HTTP_JSON, waitMs.orElse(1));
        return responders.answer(
                instances.poll(group, instance, request), polled -> answer(polled, bytes, accepted, time));
    }

    private static RestMediaType.RecordAnswer requireAccepted(
            RestMediaType.Accepted accepted, InstanceSettings created) {
        return RestMediaType.recordAnswer(accepted, RecordFormat.parse(created.format()));
    }

    private Response answer(Polled polled, int maxBytes, RestMediaType.Accepted accepted, FetchTime time) {
        try {
            RestMediaType.RecordAnswer type = requireAccepted(accepted, polled.settings());
            RecordArray array = new RecordArray(json, type.format(), maxBytes, Integer.MAX_VALUE);
            Map<TopicPartition, Long> next = new HashMap<>();
            for (Polled.Chunk chunk : polled.chunks()) {
                if (array.full()) {
                    break;
                }
                next.put(chunk.partition(), array.add(chunk.partition(), chunk.offset(), chunk.batches()));
                array.count(Protocol.HTTP_JSON, chunk.partition().topic(), events);
            }
            if (array.recordCount() > 0) {
                time.over(events);
            }
            return Answers.ok(Body.of(array.finish(), new ToInstance(polled, next)))
                    .type(type.mediaType())
                    .build();
        } catch (RuntimeException e) {
            polled.lost();
            throw e;
        }
    }

    /** Tells the instance what became of the answer. */
    private record ToInstance(Polled polled, Map<TopicPartition, Long> next) implements Body.HandOver {
        @Override
        public void done() {
            polled.handedOver(next);
        }

        @Override
        public void lost() {
            polled.lost();
        }
    }
}
