package io.barnabas.broker.format;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.Compression;
import io.barnabas.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A hundred records of 100 bytes: as JSON parsed and dropped, parsed into a batch, and a batch built from bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RecordsBenchmark {
    private static final int RECORDS = 100;
    private static final int VALUE_BYTES = 100;

    private final Json json = new Json(JsonLimits.DEFAULT);
    private final byte[] value = "x".repeat(VALUE_BYTES).getBytes(UTF_8);
    private byte[] body;

    @Setup
    public void write() {
        String record = "{\"value\":\"" + "x".repeat(VALUE_BYTES) + "\"}";
        body = ("{\"records\":[" + (record + ",").repeat(RECORDS - 1) + record + "]}").getBytes(UTF_8);
    }

    @Benchmark
    public int parse() throws IOException {
        int[] bytes = new int[1];
        read(record -> bytes[0] += record.valueLength());
        return bytes[0];
    }

    @Benchmark
    public ByteBuffer parseIntoBatch() throws IOException {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        read(record -> builder.append(1_000, record.keyBytes(), record.valueBytes(), record.headers()));
        return builder.build();
    }

    @Benchmark
    public ByteBuffer buildBatch() {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        for (int i = 0; i < RECORDS; i++) {
            builder.append(1_000, null, value, List.of());
        }
        return builder.build();
    }

    private void read(RecordSink sink) throws IOException {
        try (JsonParser parser = json.parser(body, 0, body.length)) {
            new ProduceBody(RecordFormat.TEXT, RecordsLimits.DEFAULT).read(parser, sink);
        }
    }
}
