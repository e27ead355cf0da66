package io.barnabas.broker.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.ProducerSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceBodyTest {
    private static final Json JSON = new Json(JsonLimits.DEFAULT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"records\":[{\"value\":1},{\"value\":[2]}]}",
                " {\"key_schema\":null,\"key_schema_id\":null,\"value_schema\":null,\"value_schema_id\":null,"
                        + "\"records\":[{\"value\":1},{\"value\":[2]}]} \n",
                "{\"records\":[{\"value\":1},{\"value\":[2]}],\"value_schema_id\":null}"
            })
    void readsRecordsAndIgnoresUnusedSchemas(String body) throws IOException {
        // given
        List<Integer> lengths = new ArrayList<>();
        // when
        int count = read(body, record -> lengths.add(record.valueLength()));
        // then
        assertThat(count).isEqualTo(2);
        assertThat(lengths).containsExactly(1, 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "' ' | MALFORMED_REQUEST | body is empty",
                "[] | INVALID_FIELD | body must be an object, got an array at line 1, column 1",
                "{} | INVALID_FIELD | records is missing",
                "{'value_schema':null} | INVALID_FIELD | records is missing",
                "{'records':[]} | INVALID_FIELD | records must not be empty",
                "{'records':null} | INVALID_FIELD | records must be an array, got null at line 1, column 12",
                "{'records':[{'value':1}],'records':[]} | INVALID_FIELD | records is given twice",
                "{'value_schema':'s','records':[]} | INVALID_FIELD | value_schema must be null: schemas are not supported",
                "{'key_schema_id':7} | INVALID_FIELD | key_schema_id must be null: schemas are not supported",
                "{'record':[]} | INVALID_FIELD | record is not a known field",
                "{'records':[{'value':1}]} {} | MALFORMED_REQUEST | there is more behind the body's object at line 1, column 27",
                "{'records':[{'value':1}] | MALFORMED_REQUEST | JSON ends too early at line 1, column 25",
                "{'records':[{'value':1}]]| MALFORMED_REQUEST | JSON is malformed at line 1, column 25",
                "records | MALFORMED_REQUEST | JSON is malformed at line 1, column 8",
            })
    void refusesAndNamesTheField(String body, ErrorCode code, String message) {
        // when
        BarnabasException refused = catchThrowableOfType(
                BarnabasException.class, () -> read(body.replace('\'', '"').replace("\" \"", " "), record -> {}));
        // then
        assertThat(refused).hasMessage(message);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void knowsItsMediaTypes() {
        // when, then
        assertThat(RecordFormat.ofMediaType("application/vnd.kafka.binary.v2+json"))
                .contains(RecordFormat.BINARY);
        assertThat(RecordFormat.ofMediaType("Application/VND.kafka.text.v2+json; charset=utf-8"))
                .contains(RecordFormat.TEXT);
        assertThat(RecordFormat.ofMediaType("application/json")).contains(RecordFormat.JSON);
        assertThat(RecordFormat.ofMediaType("text/plain")).isEmpty();
        assertThat(RecordFormat.parse("text")).isEqualTo(RecordFormat.TEXT);
        assertThat(RecordFormat.parse(null)).isEqualTo(RecordFormat.JSON);
        assertThat(catchThrowableOfType(BarnabasException.class, () -> RecordFormat.parse("avro")))
                .hasMessage("format must be 'json', 'text' or 'binary', got 'avro'");
    }

    @Test
    void readsWhoSendsItWhereverThatStands() throws IOException {
        // given
        ProduceBody body = new ProduceBody(RecordFormat.JSON, RecordsLimits.DEFAULT);
        String text = "{\"sequence\":120,\"records\":[{\"value\":1}],\"producer_epoch\":3,\"producer_id\":7}";
        // when
        body.read(JSON.parser(text), record -> {});
        // then
        assertThat(body.producer()).contains(new ProducerSequence(7, (short) 3, 120));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"producer_id\":7                                         | belong together",
                "\"producer_id\":7,\"producer_epoch\":0                    | belong together",
                "\"producer_id\":null,\"producer_epoch\":0,\"sequence\":1  | belong together",
                "\"producer_id\":-1,\"producer_epoch\":0,\"sequence\":0    | producer_id must be from 0",
                "\"producer_id\":4611686018427387904,\"producer_epoch\":0,\"sequence\":0 | 4611686018427387903",
                "\"producer_id\":7,\"producer_epoch\":40000,\"sequence\":0 | producer_epoch must be from 0",
                "\"producer_id\":7,\"producer_epoch\":0,\"sequence\":2147483648 | sequence must be from 0",
                "\"producer_id\":\"7\",\"producer_epoch\":0,\"sequence\":0 | producer_id must be an integer",
                "\"sequence\":1,\"sequence\":1                             | sequence is given twice",
            })
    void aWrongProducerIsNamed(String fields, String part) {
        ProduceBody body = new ProduceBody(RecordFormat.JSON, RecordsLimits.DEFAULT);
        BarnabasException refused = catchThrowableOfType(BarnabasException.class, () -> {
            body.read(JSON.parser("{" + fields + ",\"records\":[{\"value\":1}]}"), record -> {});
            body.producer();
        });
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_FIELD);
        assertThat(refused).hasMessageContaining(part);
    }

    private static int read(String body, RecordSink sink) throws IOException {
        return new ProduceBody(RecordFormat.JSON, RecordsLimits.DEFAULT).read(JSON.parser(body), sink);
    }
}
