package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.testing.BrokerFixture;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Whatever a client sends in a binary frame: the frame, or a reason. */
class BinaryFrameFuzzTest {
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
    void readsABinaryFrameOrSaysWhyNot(byte[] data) {
        try {
            BinaryFrame.Produce produce = BinaryFrame.produce(ByteBuffer.wrap(data));
            assertThat(produce.batches().remaining()).isLessThanOrEqualTo(data.length);
        } catch (FrameException refused) {
            assertThat(refused.getCause()).isNotNull();
        }
    }
}
