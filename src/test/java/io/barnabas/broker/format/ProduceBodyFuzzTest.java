package io.barnabas.broker.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.BarnabasException;
import java.io.IOException;

/** Whatever comes as the body of a produce request. */
class ProduceBodyFuzzTest {
    private static final Json JSON = new Json(JsonLimits.DEFAULT);
    private static final RecordsLimits LIMITS = RecordsLimits.DEFAULT;

    @FuzzTest(maxDuration = "1m")
    void readsAProduceBodyOrRefusesIt(byte[] data) throws IOException {
        for (RecordFormat format : RecordFormat.values()) {
            long[] bytes = new long[1];
            ProduceBody body = new ProduceBody(format, LIMITS);
            try (JsonParser parser = JSON.parser(data, 0, data.length)) {
                int count = body.read(parser, record -> bytes[0] += length(record.valueBytes()));
                body.producer();
                assertThat(count).isPositive();
            } catch (BarnabasException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
            assertThat(bytes[0]).isLessThanOrEqualTo(2L * data.length);
        }
    }

    private static int length(byte[] value) {
        return value == null ? 0 : value.length;
    }
}
