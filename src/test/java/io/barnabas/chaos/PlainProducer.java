package io.barnabas.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.History;
import io.barnabas.testing.history.ProducerRecorder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Writes over HTTP without any identity and sends nothing twice: what was acknowledged must be there, once; what was
 * not may be there.
 */
final class PlainProducer extends Client {
    private static final int RECORDS_PER_REQUEST = 6;

    private final Route route;
    private final String topic;
    private final String name;
    private final ProducerRecorder recorder;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private long next;

    PlainProducer(Nodes nodes, History history, String topic, String name) {
        super(name);
        this.route = nodes.route();
        this.topic = topic;
        this.name = name;
        this.recorder = history.producer(name, Promise.AT_LEAST_ONCE);
    }

    long acknowledgedCount() {
        return acknowledged.get();
    }

    /** Requests that failed, whole or in part. */
    long failureCount() {
        return failures.get();
    }

    @Override
    void step() {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < RECORDS_PER_REQUEST; i++) {
            values.add(name + "-" + next++);
        }
        values.forEach(recorder::sending);
        String body = values.stream()
                .map(value -> "{\"value\":\"" + value + "\"}")
                .collect(Collectors.joining(",", "{\"records\":[", "]}"));
        try {
            Http.Answer answer = route.post("topics/" + topic + "?acks=all", Http.TEXT, body);
            if (answer.status() == 200) {
                record(values, answer.json().path("offsets"));
                rest();
                return;
            }
            requireRetriable(answer);
        } catch (CompletionException gone) {
            // the next request goes to the next node
        }
        failures.incrementAndGet();
        breathe();
    }

    private void record(List<String> values, JsonNode offsets) {
        boolean whole = true;
        for (int i = 0; i < values.size(); i++) {
            JsonNode one = offsets.path(i);
            if (one.hasNonNull("error_code")) {
                whole = false;
                requireRetriable(one);
                continue;
            }
            recorder.acknowledged(
                    values.get(i),
                    one.path("partition").asInt(),
                    one.path("offset").asLong());
            acknowledged.incrementAndGet();
        }
        if (whole) {
            succeeded(route.takeAttempts());
        } else {
            failures.incrementAndGet();
            breathe();
        }
    }
}
