package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.testing.BrokerFixture;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Whatever a client sends in a text frame: the frame, or a reason. */
class FrameReaderFuzzTest {
    private static BrokerFixture broker;

    @BeforeAll
    static void start() {
        broker = new BrokerFixture();
        broker.cluster.ensure("orders", 2, Map.of());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @FuzzTest(maxDuration = "1m")
    void readsAJsonFrameOrSaysWhyNot(byte[] data) {
        FrameReader reader =
                new FrameReader(new Json(JsonLimits.DEFAULT), broker.producing, RecordsLimits.DEFAULT, 100);
        try {
            assertThat(reader.read(new String(data, UTF_8), Optional.empty())).isNotNull();
        } catch (FrameException refused) {
            assertThat(refused.getCause()).isNotNull();
        }
    }
}
