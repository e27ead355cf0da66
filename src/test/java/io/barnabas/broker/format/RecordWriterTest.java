package io.barnabas.broker.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.Compression;
import io.barnabas.record.Header;
import io.barnabas.record.LogRecord;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import io.barnabas.testing.Batches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordWriterTest {
    private static final Json JSON = new Json(new JsonLimits(20, 1000, 50, 100));
    private static final String REST = ",\"offset\":7,\"timestamp\":5,\"headers\":[]";

    @Test
    void writesEveryField() throws IOException {
        // given
        LogRecord record = new LogRecord(
                7,
                5,
                bytes("\"k\""),
                bytes("{\"a\": 1.10}"),
                List.of(new Header("trace", new byte[] {1, 2}), new Header("n", null)));
        // when
        String written = written(RecordFormat.JSON, "orders", 3, record);
        // then
        assertThat(written)
                .isEqualTo("{\"topic\":\"orders\",\"key\":\"k\",\"value\":{\"a\":1.10},\"partition\":3,\"offset\":7,"
                        + "\"timestamp\":5,\"headers\":[{\"key\":\"trace\",\"value\":\"AQI=\"},"
                        + "{\"key\":\"n\",\"value\":null}]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JSON   | 12345678901234567890123 | 12345678901234567890123",
                "JSON   | 1E+400                  | 1E+400",
                "JSON   | [ 1 , \"ü\" ]           | [1,\"ü\"]",
                "JSON   | \"\\ud83d\"             | \"\\ud83d\"",
                "JSON   | null                    | null",
                "TEXT   | grüße \uD83D\uDE00 \"   | \"grüße \uD83D\uDE00 \\\"\"",
                "TEXT   | {\"a\":1}               | \"{\\\"a\\\":1}\"",
                "BINARY | abc                     | \"YWJj\"",
            })
    void showsStoredBytesInTheFormat(RecordFormat format, String stored, String shown) throws IOException {
        // when
        String written = written(format, null, -1, record(null, bytes(stored)));
        // then
        assertThat(written).isEqualTo("{\"key\":null,\"value\":" + shown + REST + "}");
    }

    @ParameterizedTest
    @EnumSource(RecordFormat.class)
    void showsNullAsNull(RecordFormat format) throws IOException {
        // when
        String written = written(format, null, -1, record(null, null));
        // then
        assertThat(written).isEqualTo("{\"key\":null,\"value\":null" + REST + "}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JSON | plain      | value is not valid JSON",
                "JSON | {\"a\":1   | value is not valid JSON",
                "JSON | 1 2        | value is more than one JSON value",
                "JSON | ``         | value is empty, which is not JSON",
                "JSON | \"\u00ff\" | value is not valid JSON",
                "JSON | \u00fe\u00ff\u00001 | value is not UTF-8 JSON",
                "JSON | 1\u00002   | value is not UTF-8 JSON",
                "JSON | [[[[[[[[[[[[[[[[[[[[[[[1 | value is JSON over a limit of this broker",
                "TEXT | a\u00ff    | value is not valid UTF-8",
                "TEXT | \u00c3     | value is not valid UTF-8",
                "TEXT | \u00ed\u00a0\u0080 | value is not valid UTF-8",
                "TEXT | \u00c0\u0080 | value is not valid UTF-8",
            })
    void showsWhatDoesNotFitInBase64WithTheReason(RecordFormat format, String stored, String error) throws IOException {
        // given
        byte[] value = stored.getBytes(ISO_8859_1);
        String base64 = java.util.Base64.getEncoder().encodeToString(value);
        // when
        String written = written(format, null, -1, record(bytes("7"), value));
        // then
        assertThat(written)
                .isEqualTo("{\"key\":\"Nw==\",\"value\":\"" + base64 + "\"" + REST
                        + ",\"encoding\":\"base64\",\"error\":\"" + error + "\"}");
    }

    @Test
    void namesTheKeyWhenItIsTheOneThatDoesNotFit() throws IOException {
        // when
        String written = written(RecordFormat.JSON, null, -1, record(bytes("x"), null));
        // then
        assertThat(written)
                .isEqualTo("{\"key\":\"eA==\",\"value\":null" + REST
                        + ",\"encoding\":\"base64\",\"error\":\"key is not valid JSON\"}");
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void writesWhatACursorShowsFromAnyBuffer(Compression compression) throws IOException {
        // given
        ByteBuffer batch = Batches.numbered(7, Batches.at(5, compression, "{\"a\":1}", "oops", "[]", null));
        ByteBuffer direct =
                ByteBuffer.allocateDirect(batch.limit()).put(batch.duplicate()).flip();
        String expected = "[{\"key\":null,\"value\":{\"a\":1},\"offset\":7,\"timestamp\":5,\"headers\":[]},"
                + "{\"key\":null,\"value\":\"b29wcw==\",\"offset\":8,\"timestamp\":5,\"headers\":[],"
                + "\"encoding\":\"base64\",\"error\":\"value is not valid JSON\"},"
                + "{\"key\":null,\"value\":[],\"offset\":9,\"timestamp\":5,\"headers\":[]},"
                + "{\"key\":null,\"value\":null,\"offset\":10,\"timestamp\":5,\"headers\":[]}]";
        // when, then
        for (ByteBuffer each : List.of(batch, batch.asReadOnlyBuffer(), direct)) {
            assertThat(written(each)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, 7_990, 8_000, 8_001, 100_000})
    void writesTextOfAnySize(int size) throws IOException {
        // given
        String text = "ü".repeat(size);
        // when
        String written = written(RecordFormat.TEXT, null, -1, record(null, bytes(text)));
        // then
        assertThat(written).isEqualTo("{\"key\":null,\"value\":\"" + text + "\"" + REST + "}");
    }

    /** Whatever bytes are stored, in every format the answer is JSON, and binary gives the very bytes back. */
    @Property(tries = 300)
    void writesJsonWhateverIsStored(@ForAll byte[] key, @ForAll byte[] value) throws IOException {
        for (RecordFormat format : RecordFormat.values()) {
            String written = written(format, "t", 0, record(key, value));
            try (JsonParser parser = JSON.parser(written)) {
                while (parser.nextToken() != null) {
                    assertThat(parser.currentToken()).isNotNull();
                }
            }
        }
        List<LogRecord> back = readBack(RecordFormat.BINARY, record(key, value));
        assertThat(back.get(0).key()).isEqualTo(key);
        assertThat(back.get(0).value()).isEqualTo(value);
    }

    /** Text goes through produce and back unharmed. */
    @Property(tries = 300)
    void givesTextBack(@ForAll String text) throws IOException {
        byte[] utf8 = bytes(text);

        List<LogRecord> back = readBack(RecordFormat.TEXT, record(null, utf8));

        assertThat(back.get(0).value()).isEqualTo(utf8);
    }

    /** Writes a record, then produces it again from its fields in the answer. */
    private static List<LogRecord> readBack(RecordFormat format, LogRecord record) throws IOException {
        String written = written(format, null, 0, record);
        String produced = written.replaceFirst(",\"offset\":7", "");
        List<LogRecord> back = new ArrayList<>();
        try (JsonParser parser = JSON.parser("[" + produced + "]")) {
            parser.nextToken();
            new RecordsReader(format, RecordsLimits.DEFAULT)
                    .read(
                            parser,
                            "records",
                            read -> back.add(new LogRecord(
                                    0, read.timestamp(), read.keyBytes(), read.valueBytes(), read.headers())));
        }
        return back;
    }

    private static String written(ByteBuffer batch) throws IOException {
        JsonBytes out = new JsonBytes(3, 1);
        RecordWriter writer = new RecordWriter(RecordFormat.JSON, JSON);
        RecordCursor records = RecordBatch.at(batch).records(RecordLimits.DEFAULT);
        out.raw('[');
        while (records.next()) {
            if (records.index() > 0) {
                out.raw(',');
            }
            writer.write(out, null, RecordWriter.NO_PARTITION, records);
        }
        out.raw(']');
        return new String(out.toArray(), UTF_8);
    }

    private static String written(RecordFormat format, String topic, int partition, LogRecord record) {
        JsonBytes out = new JsonBytes(0, 1);
        new RecordWriter(format, JSON).write(out, topic, partition, record);
        return new String(out.toArray(), UTF_8);
    }

    private static LogRecord record(byte[] key, byte[] value) {
        return new LogRecord(7, 5, key, value, List.of());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
