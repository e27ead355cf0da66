package io.barnabas.broker.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;

/** Whatever another node, or somebody who poses as one, asks with. */
class NewsQuestionFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void readsAQuestionOrRefusesIt(byte[] data) {
        try {
            assertThat(NewsAnswer.Question.decode(ByteBuffer.wrap(data))).isNotNull();
        } catch (BarnabasException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
        assertThat(PeerWire.failure("NONE", ByteBuffer.wrap(data)).getMessage()).isNotNull();
    }
}
