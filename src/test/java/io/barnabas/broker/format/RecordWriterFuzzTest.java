package io.barnabas.broker.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.LogRecord;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Whatever is stored and shown as JSON. */
class RecordWriterFuzzTest {
    private static final Json JSON = new Json(JsonLimits.DEFAULT);

    /** What is shown is JSON, in the very same words whether it was looked at or parsed. */
    @FuzzTest(maxDuration = "1m")
    void showsWhateverIsStoredAsJson(byte[] data) throws IOException {
        int keyBytes = data.length == 0 ? 0 : Math.min(data.length, data[0] & 0xff);
        LogRecord record = new LogRecord(
                7, 5, Arrays.copyOf(data, keyBytes), Arrays.copyOfRange(data, keyBytes, data.length), List.of());
        for (RecordFormat format : RecordFormat.values()) {
            JsonBytes out = new JsonBytes(4, 1);
            new RecordWriter(format, JSON).write(out, "t", 0, record);
            byte[] shown = out.toArray();
            assertThat(new String(shown, UTF_8).getBytes(UTF_8)).isEqualTo(shown);
            try (JsonParser parser = JSON.parser(shown, 0, shown.length)) {
                while (parser.nextToken() != null) {
                    assertThat(parser.currentToken()).isNotNull();
                }
            }
        }
    }
}
