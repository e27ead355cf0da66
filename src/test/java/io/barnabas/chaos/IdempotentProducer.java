package io.barnabas.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.History;
import io.barnabas.testing.history.ProducerRecorder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Writes over HTTP under a producer id, one request at a time for one partition, and sends each request again, to one
 * node after the other, until it is acknowledged: every record must be there exactly once.
 */
final class IdempotentProducer extends Client {
    private static final int RECORDS_PER_REQUEST = 5;
    private static final int NEVER_GIVEN_UP_ROUNDS = 2_000;

    private final Route route;
    private final String topic;
    private final int partition;
    private final String name;
    private final ProducerRecorder recorder;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicInteger refusedInARow = new AtomicInteger();

    /** Why its last request was not taken, for a message. Volatile: read by the test's thread. */
    private volatile String refusal = "nothing was refused";

    private String identity;
    private int sequence;

    IdempotentProducer(Nodes nodes, History history, String topic, int partition, String name) {
        super(name);
        this.route = nodes.route();
        this.topic = topic;
        this.partition = partition;
        this.name = name;
        this.recorder = history.producer(name, Promise.EXACTLY_ONCE);
    }

    String lastRefusal() {
        return refusal;
    }

    /** How often it was refused since it was acknowledged last. */
    int refusedInARow() {
        return refusedInARow.get();
    }

    long acknowledgedCount() {
        return acknowledged.get();
    }

    @Override
    void step() {
        if (identity == null) {
            identify();
            return;
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < RECORDS_PER_REQUEST; i++) {
            values.add(name + "-" + (sequence + i));
        }
        String body = values.stream()
                .map(value -> "{\"value\":\"" + value + "\"}")
                .collect(
                        Collectors.joining(",", "{" + identity + ",\"sequence\":" + sequence + ",\"records\":[", "]}"));
        for (int round = 0; round < NEVER_GIVEN_UP_ROUNDS; round++) {
            values.forEach(recorder::sending);
            if (send(values, body)) {
                sequence += RECORDS_PER_REQUEST;
                refusedInARow.set(0);
                rest();
                return;
            }
            refusedInARow.incrementAndGet();
            if (stopping()) {
                return; // it may be there or not
            }
            breathe();
        }
        throw new AssertionError(name + " was never answered");
    }

    private void identify() {
        try {
            Http.Answer answer = route.post("producers", Http.CONTROL, "{}");
            if (answer.status() == 200 || answer.status() == 201) {
                JsonNode given = answer.json();
                identity = "\"producer_id\":" + given.path("producer_id").asLong() + ",\"producer_epoch\":"
                        + given.path("producer_epoch").asInt();
                return;
            }
        } catch (CompletionException gone) {
            // another node is asked
        }
        breathe();
    }

    private boolean send(List<String> values, String body) {
        Http.Answer answer;
        try {
            answer = route.post("topics/" + topic + "/partitions/" + partition + "?acks=all", Http.TEXT, body);
        } catch (CompletionException gone) {
            refusal = gone.getMessage();
            return false;
        }
        if (answer.status() != 200) {
            refusal = answer.toString();
            requireRetriable(answer);
            return false;
        }
        JsonNode offsets = answer.json().path("offsets");
        for (int i = 0; i < values.size(); i++) {
            JsonNode one = offsets.path(i);
            if (one.hasNonNull("error_code")) {
                refusal = one.toString();
                requireRetriable(one);
                return false;
            }
        }
        for (int i = 0; i < values.size(); i++) {
            JsonNode one = offsets.path(i);
            recorder.acknowledged(
                    values.get(i),
                    one.path("partition").asInt(),
                    one.path("offset").asLong());
        }
        acknowledged.addAndGet(values.size());
        succeeded(route.takeAttempts());
        return true;
    }
}
