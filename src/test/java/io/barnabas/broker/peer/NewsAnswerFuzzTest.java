package io.barnabas.broker.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;

/** Whatever another node, or somebody who poses as one, sends as news. */
class NewsAnswerFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void readsNewsOrRefusesThem(byte[] data) {
        try {
            NewsAnswer answer = NewsAnswer.decode(ByteBuffer.wrap(data));
            assertThat(answer.messages().stream()
                            .mapToLong(message -> message.message().remaining())
                            .sum())
                    .isLessThanOrEqualTo(data.length);
        } catch (BarnabasException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
        }
    }
}
