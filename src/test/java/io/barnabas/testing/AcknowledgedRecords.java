package io.barnabas.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordLimits;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What producers were told of one topic, to be compared with what can be read of it. Values are unique over the life of
 * the topic. Thread-safe.
 *
 * <p>Three things must hold whatever happened to the server: every acknowledged record is where the acknowledgement
 * says; offsets are dense; nothing is read that nobody sent, and nothing twice that was sent once. A request that failed
 * or was never answered may have been stored or not.
 */
public final class AcknowledgedRecords {
    private final String topic;
    private final Map<Integer, Map<Long, String>> acknowledged = new ConcurrentHashMap<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();

    public AcknowledgedRecords(String topic) {
        this.topic = topic;
    }

    /** Call before the request leaves. */
    public void sending(List<String> values) {
        sent.addAll(values);
    }

    /** Call with the {@code offsets} of the answer, in the order of the values. */
    public void acknowledged(List<String> values, JsonNode offsets) {
        for (int i = 0; i < values.size(); i++) {
            JsonNode one = offsets.get(i);
            if (one.hasNonNull("error_code")) {
                continue;
            }
            String other = acknowledged
                    .computeIfAbsent(one.get("partition").asInt(), partition -> new ConcurrentHashMap<>())
                    .put(one.get("offset").asLong(), values.get(i));
            if (other != null) {
                throw new AssertionError(
                        "offset " + one + " was acknowledged twice, for " + other + " and for " + values.get(i));
            }
        }
    }

    public int count() {
        return acknowledged.values().stream().mapToInt(Map::size).sum();
    }

    /** Reads the whole topic as batches and compares. Gives the number of records read. */
    public int compareWith(Http server, int partitionCount) {
        Set<String> seen = new HashSet<>();
        int read = 0;
        for (int partition = 0; partition < partitionCount; partition++) {
            List<String> stored = read(server, partition);
            read += stored.size();
            for (String value : stored) {
                if (!sent.contains(value)) {
                    throw new AssertionError("nobody sent " + value + " of partition " + partition);
                }
                if (!seen.add(value)) {
                    throw new AssertionError(value + " was sent once and is there twice, partition " + partition);
                }
            }
            compare(partition, stored);
        }
        return read;
    }

    private void compare(int partition, List<String> stored) {
        acknowledged.getOrDefault(partition, Map.of()).forEach((offset, value) -> {
            String found = offset < stored.size() ? stored.get((int) (long) offset) : null;
            if (!value.equals(found)) {
                throw new AssertionError("acknowledged as " + topic + "-" + partition + "@" + offset + " was " + value
                        + ", there is " + found + "; the partition ends at " + stored.size());
            }
        });
    }

    /** Every value of a partition by offset; fails on a gap or a bad checksum. */
    private List<String> read(Http server, int partition) {
        List<String> values = new ArrayList<>();
        while (true) {
            HttpRequest.Builder request = server.request("topics/" + topic + "/partitions/" + partition
                            + "/batches?offset=" + values.size() + "&timeout=0&max_bytes=4194304")
                    .GET();
            byte[] bytes = server.send(request).expect(200).bytes();
            if (bytes.length == 0) {
                return values;
            }
            for (RecordBatch batch : RecordBatches.strict(ByteBuffer.wrap(bytes))) {
                if (!batch.crcValid()) {
                    throw new AssertionError("bad checksum at " + partition + "@" + batch.baseOffset());
                }
                collect(batch, values);
            }
        }
    }

    private static void collect(RecordBatch batch, List<String> values) {
        for (LogRecord record : batch.records(RecordLimits.DEFAULT).toList()) {
            if (record.offset() < values.size()) {
                continue;
            }
            if (record.offset() != values.size()) {
                throw new AssertionError("expected offset " + values.size() + ", got " + record.offset());
            }
            values.add(new String(record.value(), StandardCharsets.UTF_8));
        }
    }
}
