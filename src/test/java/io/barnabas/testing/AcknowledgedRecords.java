package io.barnabas.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.History;
import io.barnabas.testing.history.ProducerRecorder;
import io.barnabas.testing.history.TopicReading;
import io.barnabas.testing.history.Verdict;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What producers over HTTP were told of one topic, to be compared with what can be read of it. Values are unique over
 * the life of the topic. Thread-safe. What must hold is the {@link io.barnabas.testing.history.HistoryChecker}'s to say.
 */
public final class AcknowledgedRecords {
    private final String topic;
    private final History history = new History();
    private final ProducerRecorder producer = history.producer("http", Promise.AT_LEAST_ONCE);
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger readings = new AtomicInteger();

    public AcknowledgedRecords(String topic) {
        this.topic = topic;
    }

    /** Call before the request leaves. */
    public void sending(List<String> values) {
        values.forEach(producer::sending);
    }

    /** Call with the {@code offsets} of the answer, in the order of the values. */
    public void acknowledged(List<String> values, JsonNode offsets) {
        for (int i = 0; i < values.size(); i++) {
            JsonNode one = offsets.get(i);
            if (!one.hasNonNull("error_code")) {
                producer.acknowledged(
                        values.get(i),
                        one.get("partition").asInt(),
                        one.get("offset").asLong());
                acknowledged.incrementAndGet();
            }
        }
    }

    public int count() {
        return acknowledged.get();
    }

    /** Reads the whole topic as batches and compares. Gives the number of records read. */
    public int compareWith(Http server, int partitionCount) {
        String name = "reading " + readings.incrementAndGet();
        long read = TopicReading.whole(server, topic, partitionCount, history.reader(name));
        Verdict verdict = history.verdict();
        if (!verdict.sound()) {
            throw new AssertionError("topic " + topic + " is wrong after " + name + ":\n" + verdict);
        }
        return Math.toIntExact(read);
    }
}
