package io.barnabas.broker.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ProduceBodyPropertyTest {
    private static final Json JSON = new Json(new JsonLimits(20, 1000, 50, 100));
    private static final String BODY = """
            {"key_schema": null, "records": [
              {"key": "k\\u00fc", "value": {"a": [1, -2.5e3, true, null, "\\ud83d\\ude00"]}, "partition": 2},
              {"value": "AQI=", "timestamp": 1700000000000, "headers": [{"key": "trace", "value": "AQI="}]},
              {"key": null, "value": null, "headers": []}]}
            """;

    /** A damaged body is read or refused with a type and a message, in every format; nothing else ever happens. */
    @Property(tries = 1000)
    void survivesDamage(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int damages, @ForAll RecordFormat format)
            throws IOException {
        byte[] body = BODY.getBytes(UTF_8);
        Random random = new Random(seed);
        for (int i = 0; i < damages; i++) {
            int at = random.nextInt(body.length);
            body[at] = random.nextBoolean() ? body[random.nextInt(body.length)] : (byte) random.nextInt();
        }
        readableOrTyped(format, body, body.length);
    }

    /** The same for a body that ends early, which is never taken for a whole one. */
    @Property(tries = 300)
    void refusesABodyThatEndsEarly(@ForAll @IntRange(max = 10_000) int cut, @ForAll RecordFormat format)
            throws IOException {
        byte[] body = BODY.strip().getBytes(UTF_8);

        boolean accepted = readableOrTyped(format, body, cut % body.length);

        assertThat(accepted).isFalse();
    }

    /** The same for bytes of any sort. */
    @Property(tries = 500)
    void survivesNoise(@ForAll byte[] noise, @ForAll RecordFormat format) throws IOException {
        readableOrTyped(format, noise, noise.length);
    }

    private static boolean readableOrTyped(RecordFormat format, byte[] body, int length) throws IOException {
        try (JsonParser parser = JSON.parser(body, 0, length)) {
            new ProduceBody(format, RecordsLimits.DEFAULT).read(parser, record -> {
                record.keyBytes();
                record.valueBytes();
            });
            return true;
        } catch (BarnabasException e) {
            assertThat(e.code())
                    .isIn(
                            ErrorCode.MALFORMED_REQUEST,
                            ErrorCode.INVALID_FIELD,
                            ErrorCode.INVALID_DATA,
                            ErrorCode.RECORD_TOO_LARGE);
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
    }
}
