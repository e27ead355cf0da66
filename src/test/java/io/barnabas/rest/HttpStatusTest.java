package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HttpStatusTest {
    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void isWhatTheNumberOfEveryCodeBeginsWith(ErrorCode code) {
        assertThat(HttpStatus.of(code)).isEqualTo(code.number() / 100);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void tellsWhenToComeBackExactlyWhereTheStatusCallsForIt(ErrorCode code) {
        int status = HttpStatus.of(code);
        assertThat(HttpStatus.retryAfterSeconds(code) > 0).isEqualTo(status == 429 || status == 503);
    }

    @Test
    void problemNamesTheCodeInWordsAndNumbers() {
        // when
        ProblemView problem = ProblemView.of(ErrorCode.UNKNOWN_TOPIC, 404, "no such topic", "/topics/x");
        // then
        assertThat(new String(ControlJson.bytes(problem), UTF_8))
                .isEqualTo("{\"type\":\"urn:barnabas:error:unknown-topic\",\"title\":\"unknown topic\",\"status\":404,"
                        + "\"detail\":\"no such topic\",\"instance\":\"/topics/x\",\"error_code\":40401,"
                        + "\"retriable\":false}");
    }
}
