package io.barnabas.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.record.BarnabasException;
import java.util.List;

/** Whatever comes as a control body. */
class ControlBodyFuzzTest {
    private static final List<Class<?>> BODIES = List.of(
            ChangeTopicBody.class,
            CreateTopicBody.class,
            InstanceBody.class,
            OffsetsBody.class,
            PartitionsBody.class,
            ProducerBody.class,
            ResetBody.class,
            SubscriptionBody.class,
            TruncateBody.class);

    @FuzzTest(maxDuration = "1m")
    void readsAControlBodyOrRefusesIt(byte[] data) {
        for (Class<?> type : BODIES) {
            try {
                assertThat(ControlJson.read(data, type)).isNotNull();
            } catch (BarnabasException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }
}
