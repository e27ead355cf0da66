package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.RecordOutcome;
import io.barnabas.record.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomesViewTest {
    @Test
    void tellsOfEachRecordInItsOrder() {
        // given
        OutcomesView view = new OutcomesView(List.of(
                new RecordOutcome.Stored(0, 7),
                new RecordOutcome.Stored(1, Long.MAX_VALUE, true),
                new RecordOutcome.Refused(9, ErrorCode.UNKNOWN_PARTITION, "no \"nine\""),
                new RecordOutcome.Refused(-1, ErrorCode.INVALID_RECORD, null)));
        // when
        String json = UTF_8.decode(view.json()).toString();
        // then
        assertThat(json)
                .isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":7},"
                        + "{\"partition\":1,\"offset\":9223372036854775807,\"duplicate\":true},"
                        + "{\"partition\":9,\"error_code\":" + ErrorCode.UNKNOWN_PARTITION.number()
                        + ",\"message\":\"no \\\"nine\\\"\"},"
                        + "{\"error_code\":" + ErrorCode.INVALID_RECORD.number() + "}]}");
        assertThat(view.refused()).hasSize(2);
    }

    @Test
    void isJsonWithoutRecordsToo() {
        // given
        OutcomesView view = new OutcomesView(List.of());
        // when
        String json = UTF_8.decode(view.json()).toString();
        // then
        assertThat(json).isEqualTo("{\"offsets\":[]}");
    }
}
