package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlJsonTest {
    @Test
    void readsWhatIsRight() {
        // when
        CreateTopicBody body =
                read("{\"topic_name\":\"orders\",\"partitions_count\":3,\"configs\":{\"retention.ms\":5}}");
        // then
        assertThat(body.requiredName()).isEqualTo("orders");
        assertThat(body.partitionCount()).hasValue(3);
        assertThat(body.configValues()).containsEntry("retention.ms", "5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"topic_name\":          | MALFORMED_REQUEST | line 1, column",
                "{\"topic_name\":\"a\"} x  | MALFORMED_REQUEST | line 1, column",
                "{\"topic_name\":\"a\",}   | MALFORMED_REQUEST | line 1, column",
                "{\"topic_name\":\"a\",\"topic_name\":\"b\"} | MALFORMED_REQUEST | Duplicate",
                "{\"topic\":\"a\"}         | INVALID_FIELD     | unknown field 'topic'; known are [configs,",
                "{\"topic_name\":7}        | INVALID_FIELD     | 'topic_name' must be text",
                "{\"topic_name\":true}     | INVALID_FIELD     | 'topic_name' must be text",
                "{\"topic_name\":{}}       | INVALID_FIELD     | 'topic_name' must be text",
                "{\"partitions_count\":\"3\"} | INVALID_FIELD  | 'partitions_count' must be a whole number",
                "{\"partitions_count\":1.5}   | INVALID_FIELD  | 'partitions_count' must be a whole number",
                "{\"partitions_count\":99999999999} | INVALID_FIELD | 'partitions_count' must be a whole number",
                "{\"replication_factor\":3}   | INVALID_CONFIGURATION | replication_factor 3",
                "{\"configs\":[]}          | INVALID_FIELD     | 'configs' must be an object",
                "[]                        | INVALID_FIELD     | the body must be an object",
                "7                         | INVALID_FIELD     | the body must be an object",
                "null                      | MALFORMED_REQUEST | null",
            })
    void namesWhatIsWrong(String json, ErrorCode code, String part) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> read(json))
                .withMessageContaining(part)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void refusesAnEmptyBody() {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> read(""))
                .withMessageContaining("empty");
    }

    @Test
    void refusesWhatIsNested() {
        // given
        String bomb = "{\"configs\":{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}";
        // when, then
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> read(bomb))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
    }

    @Test
    void refusesNumbersWithoutEnd() {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> read("{\"partitions_count\":" + "9".repeat(100_000) + "}"))
                .satisfies(e -> assertThat(e.code()).isIn(ErrorCode.MALFORMED_REQUEST, ErrorCode.INVALID_FIELD));
    }

    @Test
    void refusesBytesThatAreNoText() {
        byte[] bytes = "{\"topic_name\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> ControlJson.read(bytes, CreateTopicBody.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
    }

    @Test
    void namesThePlaceInsideOfArrays() {
        byte[] bytes = "{\"partitions\":[{\"topic\":\"a\",\"partition\":0},{\"topic\":\"a\",\"partition\":\"x\"}]}"
                .getBytes(UTF_8);
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> ControlJson.read(bytes, PartitionsBody.class))
                .withMessageContaining("'partitions[1].partition' must be a whole number");
    }

    private static CreateTopicBody read(String json) {
        return ControlJson.read(json.getBytes(UTF_8), CreateTopicBody.class);
    }
}
