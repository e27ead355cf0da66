package io.barnabas.broker.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.Arrays;

/** The quick look at JSON against the parser. */
class PlainJsonFuzzTest {
    private static final Json JSON = new Json(JsonLimits.DEFAULT);

    @FuzzTest(maxDuration = "1m")
    void callsPlainOnlyWhatAParserWouldCopyAsItIs(byte[] data) throws IOException {
        if (!new PlainJson().fits(data, 0, data.length)) {
            return;
        }
        Scratch copy = new Scratch(Integer.MAX_VALUE - 8, () -> new IllegalStateException("too large"));
        try (JsonParser parser = JSON.parser(data, 0, data.length)) {
            parser.nextToken();
            JsonCopy.copy(parser, copy);
            assertThat(parser.nextToken()).isNull();
        }
        assertThat(Arrays.copyOf(copy.array(), copy.size())).isEqualTo(data);
    }
}
