package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.barnabas.record.Compression;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * Speaks Barnabas's HTTP for the load program's own tests, and keeps records in memory. May be told to do wrong with each
 * batch it stores. Thread-safe: a partition is guarded by itself.
 */
final class FakeBarnabas implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final class Log {
        private final List<ByteBuffer> batches = new ArrayList<>();
        private long end;
    }

    private final Map<String, Log> logs = new ConcurrentHashMap<>();
    private final UnaryOperator<ByteBuffer> fault;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Stores what {@code fault} makes of each batch; null for nothing, and answers as if it had stored the batch. */
    FakeBarnabas(UnaryOperator<ByteBuffer> fault) throws IOException {
        this.fault = fault;
        // The JDK's server writes head and body apart, and Nagle's algorithm would hold the body back.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    BarnabasUrl url() {
        return new BarnabasUrl("127.0.0.1", server.getAddress().getPort(), "");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().substring(1).split("/", -1);
            if (path[0].equals("admin")) {
                answer(exchange, 201, new byte[] {'{', '}'});
            } else if (path.length == 2) {
                answer(
                        exchange,
                        200,
                        produceJson(path[1], exchange.getRequestBody().readAllBytes()));
            } else if (exchange.getRequestMethod().equals("POST")) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                answer(exchange, 200, appended(append(log(path[1], path[3]), ByteBuffer.wrap(body))));
            } else {
                long offset = Long.parseLong(exchange.getRequestURI().getQuery().split("[=&]", -1)[1]);
                byte[] batches = read(log(path[1], path[3]), offset);
                answer(exchange, 200, path[4].equals("batches") ? batches : json(batches, offset));
            }
        }
    }

    private byte[] produceJson(String topic, byte[] body) throws IOException {
        StringBuilder offsets = new StringBuilder("{\"offsets\":[");
        for (JsonNode node : JSON.readTree(body).get("records")) {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
            byte[] key = node.has("key") ? JSON.writeValueAsBytes(node.get("key")) : null;
            builder.append(0, key, JSON.writeValueAsBytes(node.get("value")), List.of());
            int partition = node.get("partition").asInt();
            long offset = append(log(topic, Integer.toString(partition)), builder.build())[0];
            offsets.append(offsets.charAt(offsets.length() - 1) == '[' ? "" : ",")
                    .append("{\"partition\":" + partition + ",\"offset\":" + offset + "}");
        }
        return offsets.append("]}").toString().getBytes(UTF_8);
    }

    private long[] append(Log log, ByteBuffer batch) {
        int count = RecordBatch.at(batch).recordCount();
        synchronized (log) {
            long base = log.end;
            ByteBuffer stored = fault.apply(batch);
            if (stored != null) {
                RecordBatch.at(stored).assign(base, 0);
                log.batches.add(stored);
                log.end += count;
                log.notifyAll();
            }
            return new long[] {base, base + count - 1};
        }
    }

    /** Waits for records for a moment, as a long poll does. */
    private static byte[] read(Log log, long offset) throws IOException {
        synchronized (log) {
            if (log.end <= offset) {
                try {
                    log.wait(100);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (ByteBuffer batch : log.batches) {
                if (RecordBatch.at(batch).endOffset() > offset) {
                    bytes.write(batch.array(), batch.arrayOffset(), batch.limit());
                }
            }
            return bytes.toByteArray();
        }
    }

    private static byte[] json(byte[] batches, long from) {
        List<String> records = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.stored(ByteBuffer.wrap(batches))) {
            RecordCursor cursor = batch.records(RecordLimits.DEFAULT);
            while (cursor.next()) {
                if (cursor.offset() >= from) {
                    String key = cursor.keyBytes() == null ? "null" : new String(cursor.keyBytes(), UTF_8);
                    records.add("{\"topic\":\"t\",\"key\":" + key + ",\"value\":"
                            + new String(cursor.valueBytes(), UTF_8) + ",\"offset\":" + cursor.offset() + "}");
                }
            }
        }
        return ("[" + String.join(",", records) + "]").getBytes(UTF_8);
    }

    private static byte[] appended(long[] offsets) {
        return ("{\"partition\":0,\"base_offset\":" + offsets[0] + ",\"last_offset\":" + offsets[1] + "}")
                .getBytes(UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        // 0 means chunked, so an empty body comes in chunks and all others do not.
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private Log log(String topic, String partition) {
        return logs.computeIfAbsent(topic + "/" + partition, any -> new Log());
    }
}
