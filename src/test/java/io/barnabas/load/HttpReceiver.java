package io.barnabas.load;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads one partition over a connection of its own by long poll. Batches are asked for again before they are decoded, so
 * that the server works meanwhile; JSON has to be decoded to know how far it reached. Confined to the lane's thread.
 */
final class HttpReceiver {
    private static final String BATCHES = "application/vnd.barnabas.batches";
    private static final String JSON = "application/vnd.kafka.json.v2+json";
    private static final int POLL_MS = 1_000;

    private final HttpConnection connection;
    private final boolean binary;
    private final String path;
    private final String query;
    private final int partition;
    private final Target.Deliveries deliveries;
    private final BatchDecoder batches = new BatchDecoder();
    private final JsonRecordsDecoder records = new JsonRecordsDecoder();
    private final JsonScan json = new JsonScan();
    private long next;

    HttpReceiver(
            HttpConnection connection,
            String topicPath,
            boolean binary,
            int partition,
            int fetchBytes,
            Target.Deliveries deliveries) {
        this.connection = connection;
        this.binary = binary;
        this.partition = partition;
        this.deliveries = deliveries;
        this.path = topicPath + "/partitions/" + partition + (binary ? "/batches" : "/records") + "?offset=";
        this.query = "&timeout=" + POLL_MS + "&max_bytes=" + fetchBytes;
    }

    /** Asks for what follows the last record read. */
    void poll() throws IOException {
        connection.get(path + next + query, binary ? BATCHES : JSON, this::answered);
    }

    private void answered(HttpAnswer answer) throws IOException {
        if (!answer.ok()) {
            throw new IOException("reading partition " + partition + " at offset " + next + ": " + answer.describe());
        }
        deliveries.arrived();
        if (binary) {
            decodeBatches(answer.body());
        } else {
            decodeJson(answer.body());
        }
    }

    private void decodeBatches(ByteBuffer body) throws IOException {
        long from = next;
        next = BatchDecoder.endOffset(body, from);
        poll();
        batches.decode(body, partition, from, deliveries);
    }

    private void decodeJson(ByteBuffer body) throws IOException {
        if (body.hasRemaining()) {
            next = records.decode(json.over(body), partition, next, deliveries);
        }
        poll();
    }
}
