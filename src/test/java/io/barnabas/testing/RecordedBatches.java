package io.barnabas.testing;

import io.barnabas.record.Compression;
import io.barnabas.testing.history.Event.Promise;
import io.barnabas.testing.history.History;
import io.barnabas.testing.history.ProducerRecorder;
import io.barnabas.testing.history.TopicReading;
import io.barnabas.testing.history.Verdict;
import java.nio.ByteBuffer;

/**
 * One producer of batches with one value each to one partition, whose history is held against what can be read. Values
 * are unique. Confined to one thread.
 */
public final class RecordedBatches {
    private static final String BATCHES = "application/vnd.barnabas.batches";
    private static final String DISK_FULL = "50307";

    private final String topic;
    private final History history = new History();
    private final ProducerRecorder producer = history.producer("batches", Promise.AT_LEAST_ONCE);
    private long lastOffset = -1;
    private int readings;

    public RecordedBatches(String topic) {
        this.topic = topic;
    }

    /** Sends a value to partition 0. A full disk promises that it is not stored; other failures leave that open. */
    public Http.Answer produce(Http server, String value, String acks) {
        ByteBuffer batch = Batches.at(System.currentTimeMillis(), Compression.NONE, value);
        byte[] body = new byte[batch.remaining()];
        batch.get(body);
        producer.sending(value);
        Http.Answer answer =
                server.send("POST", "topics/" + topic + "/partitions/0/batches?acks=" + acks, BATCHES, body);
        if (answer.status() == 200) {
            lastOffset = answer.json().get("base_offset").asLong();
            producer.acknowledged(value, 0, lastOffset);
        } else if (answer.text().contains(DISK_FULL)) {
            producer.refused(value);
        }
        return answer;
    }

    /** Where the last value is that was acknowledged; -1 for nowhere. */
    public long lastOffset() {
        return lastOffset;
    }

    /** Reads partition 0 from an offset to its end and compares. Gives the end. */
    public long compareWith(Http server, long from) {
        String name = "reading " + ++readings;
        long end = TopicReading.from(server, topic, 0, from, history.reader(name));
        Verdict verdict = history.verdict();
        if (!verdict.sound()) {
            throw new AssertionError("topic " + topic + " is wrong after " + name + ":\n" + verdict);
        }
        return end;
    }
}
