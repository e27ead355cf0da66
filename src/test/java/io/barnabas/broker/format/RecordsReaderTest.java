package io.barnabas.broker.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.Header;
import io.barnabas.record.LogRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsReaderTest {
    private static final RecordsLimits LIMITS = new RecordsLimits(3, 200, 2);
    private static final Json JSON = new Json(new JsonLimits(20, 1000, 50, 100));

    @Test
    void readsEveryField() throws IOException {
        // given
        String records = """
                [{"key": "k1", "value": {"a": 1}, "partition": 2, "timestamp": 1700000000000,
                  "headers": [{"key": "trace", "value": "AQI="}, {"value": null, "key": "n"}]},
                 {"headers": null, "timestamp": null, "partition": null, "key": null, "value": null}]""";
        List<Integer> partitions = new ArrayList<>();
        List<LogRecord> read = new ArrayList<>();
        // when
        int count = read(RecordFormat.JSON, records, record -> {
            partitions.add(record.partition());
            read.add(copy(record));
        });
        // then
        assertThat(count).isEqualTo(2);
        assertThat(partitions).containsExactly(2, -1);
        assertThat(read)
                .containsExactly(
                        new LogRecord(
                                0,
                                1700000000000L,
                                bytes("\"k1\""),
                                bytes("{\"a\":1}"),
                                List.of(new Header("trace", new byte[] {1, 2}), new Header("n", null))),
                        new LogRecord(1, -1, null, null, List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "12345678901234567890123456789",
                "1.10",
                "-0.0",
                "1E+400",
                "1e-7",
                "true",
                "false",
                "\"\"",
                "\"ü\uD83D\uDE00\u2028\"",
                "\"\\\"\\\\\\n\\u0001\\u001f\"",
                "\"\\ud83d\"",
                "[]",
                "{}",
                "[[],{},[{}],{\"\":[]},\"[\",\"{\",\":\"]",
                "{\"b\":1,\"a\":{\"ä\\n\":[null,true]},\"b\":2}"
            })
    void storesCompactJsonAsItIs(String json) throws IOException {
        // when
        List<LogRecord> read = read(RecordFormat.JSON, "[{\"value\":" + json + "}]");
        // then
        assertThat(read.get(0).value()).asString(UTF_8).isEqualTo(json);
    }

    @Test
    void compactsJson() throws IOException {
        // when
        List<LogRecord> read =
                read(RecordFormat.JSON, "[{\"value\": { \"a\" :\n [ 1 , 2.50,\t\"\\u00e9\\/\" ] , \"b\" : null } }]");
        // then
        assertThat(read.get(0).value()).asString(UTF_8).isEqualTo("{\"a\":[1,2.50,\"é/\"],\"b\":null}");
    }

    @Test
    void storesTextAsUtf8() throws IOException {
        // when
        List<LogRecord> read = read(
                RecordFormat.TEXT,
                "[{\"key\":\"\",\"value\":\"gr\\u00fc\\u00dfe \\ud83d\\ude00 \uD83D\uDE00\\n\"},{\"value\":null}]");
        // then
        assertThat(read.get(0).key()).isEmpty();
        assertThat(read.get(0).value()).asString(UTF_8).isEqualTo("grüße \uD83D\uDE00 \uD83D\uDE00\n");
        assertThat(read.get(1).value()).isNull();
    }

    @Test
    void storesTheBytesThatBase64StandsFor() throws IOException {
        // when
        List<LogRecord> read = read(RecordFormat.BINARY, "[{\"key\":\"AP8=\",\"value\":\"\"},{\"value\":null}]");
        // then
        assertThat(read.get(0).key()).containsExactly(0, 0xff);
        assertThat(read.get(0).value()).isEmpty();
        assertThat(read.get(1).value()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JSON   | {} | INVALID_FIELD | records must be an array, got an object at line 1, column 1",
                "JSON   | null | INVALID_FIELD | records must be an array, got null at line 1, column 1",
                "JSON   | [1] | INVALID_FIELD | records[0] must be an object, got an integer at line 1, column 2",
                "JSON   | [{}] | INVALID_FIELD | records[0].value is missing; a tombstone is an explicit null",
                "JSON   | [{`value`:1},{`key`:1}] | INVALID_FIELD | records[1].value is missing; a tombstone is an explicit null",
                "JSON   | [{`valeu`:1}] | INVALID_FIELD | records[0].valeu is not a known field",
                "JSON   | [{`value`:1,`value`:1}] | INVALID_FIELD | records[0].value is given twice",
                "JSON   | [{`value`:1,`partition`:`0`}] | INVALID_FIELD | records[0].partition must be an integer or null, got a string at line 1, column 25",
                "JSON   | [{`value`:1,`partition`:1.0}] | INVALID_FIELD | records[0].partition must be an integer or null, got a decimal number at line 1, column 25",
                "JSON   | [{`value`:1,`partition`:-1}] | INVALID_FIELD | records[0].partition must be from 0 to 2147483647",
                "JSON   | [{`value`:1,`partition`:2147483648}] | INVALID_FIELD | records[0].partition must be from 0 to 2147483647",
                "JSON   | [{`value`:1,`timestamp`:-5}] | INVALID_FIELD | records[0].timestamp must be from 0 to 9223372036854775807",
                "JSON   | [{`value`:1,`timestamp`:9223372036854775808}] | INVALID_FIELD | records[0].timestamp must be from 0 to 9223372036854775807",
                "JSON   | [{`value`:1,`timestamp`:true}] | INVALID_FIELD | records[0].timestamp must be an integer or null, got a boolean at line 1, column 25",
                "JSON   | [{`value`:1,`headers`:{}}] | INVALID_FIELD | records[0].headers must be an array or null, got an object at line 1, column 23",
                "JSON   | [{`value`:1,`headers`:[null]}] | INVALID_FIELD | records[0].headers[0] must be an object, got null at line 1, column 24",
                "JSON   | [{`value`:1,`headers`:[{`key`:`a`}]}] | INVALID_FIELD | records[0].headers[0].value is missing",
                "JSON   | [{`value`:1,`headers`:[{`value`:`AA==`}]}] | INVALID_FIELD | records[0].headers[0].key is missing",
                "JSON   | [{`value`:1,`headers`:[{`key`:null,`value`:null}]}] | INVALID_FIELD | records[0].headers[0].key must be a string, got null at line 1, column 31",
                "JSON   | [{`value`:1,`headers`:[{`key`:`a`,`key`:`b`}]}] | INVALID_FIELD | records[0].headers[0].key is given twice",
                "JSON   | [{`value`:1,`headers`:[{`key`:`a`,`name`:`b`}]}] | INVALID_FIELD | records[0].headers[0].name is not a known field",
                "JSON   | [{`value`:1,`headers`:[{`key`:`a`,`value`:7}]}] | INVALID_FIELD | records[0].headers[0].value must be a base64 string or null, got an integer at line 1, column 43",
                "JSON   | [{`value`:1,`headers`:[{`key`:`a`,`value`:`?`}]}] | INVALID_DATA | records[0].headers[0].value is not valid base64",
                "JSON   | [{`value`:1,`headers`:[{`key`:`\\udc00`,`value`:null}]}] | INVALID_DATA | records[0].headers[0].key holds half of a surrogate pair",
                "TEXT   | [{`value`:7}] | INVALID_FIELD | records[0].value must be a string or null, got an integer at line 1, column 11",
                "TEXT   | [{`value`:``},{`key`:[],`value`:``}] | INVALID_FIELD | records[1].key must be a string or null, got an array at line 1, column 22",
                "TEXT   | [{`value`:`a\\ud83d`}] | INVALID_DATA | records[0].value holds half of a surrogate pair",
                "TEXT   | [{`key`:`\\ude00\\ud83d`}] | INVALID_DATA | records[0].key holds half of a surrogate pair",
                "BINARY | [{`value`:{}}] | INVALID_FIELD | records[0].value must be a base64 string or null, got an object at line 1, column 11",
                "BINARY | [{`value`:`A`}] | INVALID_DATA | records[0].value is not valid base64",
                "BINARY | [{`value`:`AA=A`}] | INVALID_DATA | records[0].value is not valid base64",
                "BINARY | [{`value`:`AA==`},{`key`:`A B=`}] | INVALID_DATA | records[1].key is not valid base64",
                "BINARY | [{`value`:`ł£==`}] | INVALID_DATA | records[0].value is not valid base64",
                "JSON   | [{`value`:1},] | MALFORMED_REQUEST | JSON is malformed at line 1, column 14",
                "JSON   | [{`value`:} | MALFORMED_REQUEST | JSON is malformed at line 1, column 11",
                "JSON   | [{`value`:01}] | MALFORMED_REQUEST | JSON is malformed at line 1, column 12",
                "JSON   | [{`value`:NaN}] | MALFORMED_REQUEST | JSON is malformed at line 1, column 14",
                "JSON   | [{`value`:1 | MALFORMED_REQUEST | JSON ends too early at line 1, column 12",
                "JSON   | [{`value`:`a | MALFORMED_REQUEST | JSON ends too early at line 1, column 13",
            })
    void refusesAndNamesTheField(RecordFormat format, String records, ErrorCode code, String message) {
        // when
        BarnabasException refused = refusal(format, records.replace('`', '"'));
        // then
        assertThat(refused).hasMessage(message);
        assertThat(refused.code()).isEqualTo(code);
    }

    @Test
    void refusesMoreRecordsThanItsLimit() {
        // when
        BarnabasException refused =
                refusal(RecordFormat.JSON, "[{\"value\":1},{\"value\":1},{\"value\":1},{\"value\":1}]");
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.BODY_TOO_LARGE);
        assertThat(refused).hasMessage("records holds more than 3 records, the limit");
    }

    @Test
    void refusesMoreHeadersThanItsLimit() {
        // given
        String header = "{\"key\":\"a\",\"value\":null}";
        // when
        BarnabasException refused = refusal(
                RecordFormat.JSON, "[{\"value\":1,\"headers\":[" + header + "," + header + "," + header + "]}]");
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refused).hasMessage("records[0].headers holds more than 2 headers, the limit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"value\":[%s]",
                "\"key\":\"%s\"",
                "\"value\":1,\"headers\":[{\"key\":\"%s\",\"value\":null}]",
                "\"value\":1,\"headers\":[{\"key\":\"a\",\"value\":\"%sAA==\"}]"
            })
    void weighsKeyValueAndHeadersTogether(String fields) {
        // given
        String filled = fields.formatted("\"%s\"".formatted("1111".repeat(70)));
        String unquoted = fields.formatted("1111".repeat(70));
        // when
        BarnabasException refused =
                refusal(RecordFormat.JSON, "[{" + (fields.contains("[%s]") ? filled : unquoted) + "}]");
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refused).hasMessage("records[0] has more than 200 bytes, the limit");
    }

    @Test
    void takesARecordOfExactlyItsLimit() throws IOException {
        // when
        List<LogRecord> text = read(RecordFormat.TEXT, "[{\"value\":\"" + "ü".repeat(100) + "\"}]");
        BarnabasException refused = refusal(RecordFormat.TEXT, "[{\"value\":\"" + "ü".repeat(100) + "a\"}]");
        // then
        assertThat(text.get(0).value()).hasSize(200);
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({
        "[, ], 'JSON exceeds a limit at line 1, column 30: Document nesting depth (21) exceeds the maximum allowed (20)'",
        "{\"a\":, }, 'JSON exceeds a limit'"
    })
    void refusesDeepNesting(String open, String close, String message) {
        // given
        String bomb = open.repeat(100_000) + "1" + close.repeat(100_000);
        // when
        BarnabasException refused = refusal(RecordFormat.JSON, "[{\"value\":" + bomb + "}]");
        // then
        assertThat(refused.code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refused).hasMessageContaining(message);
    }

    @Test
    void refusesLongStringsNumbersAndNames() {
        // when
        BarnabasException string = refusal(RecordFormat.JSON, "[{\"value\":\"" + "a".repeat(100_000) + "\"}]");
        BarnabasException number = refusal(RecordFormat.JSON, "[{\"value\":" + "1".repeat(51) + "}]");
        BarnabasException name = refusal(RecordFormat.JSON, "[{\"" + "n".repeat(101) + "\":1}]");
        // then
        assertThat(List.of(string, number, name))
                .extracting(BarnabasException::code)
                .containsOnly(ErrorCode.RECORD_TOO_LARGE);
        assertThat(string).hasMessageContaining("String value length").hasMessageNotContaining("aaa");
        assertThat(number).hasMessageContaining("Number value length (51)").hasMessageNotContaining("111");
        assertThat(name).hasMessageContaining("Name length (101)").hasMessageNotContaining("nnn");
    }

    @Test
    void refusesBytesThatAreNotUtf8() throws IOException {
        // given
        byte[] broken = {'[', '{', '"', 'v', 'a', 'l', 'u', 'e', '"', ':', '"', (byte) 0xc3, '"', '}', ']'};
        JsonParser parser = JSON.parser(broken, 0, broken.length);
        parser.nextToken();
        // when, then
        assertThatThrownBy(() -> new RecordsReader(RecordFormat.TEXT, LIMITS).read(parser, "records", record -> {}))
                .hasMessageStartingWith("JSON is malformed at line 1")
                .extracting(e -> ((BarnabasException) e).code())
                .isEqualTo(ErrorCode.MALFORMED_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000\u0000[\u0000", "\u0000[\u0000\u0000"})
    void refusesBytesInNoKnownEncoding(String start) {
        // given
        byte[] odd = start.getBytes(UTF_8);
        // when
        BarnabasException array = catchThrowableOfType(BarnabasException.class, () -> JSON.parser(odd, 0, odd.length));
        BarnabasException stream =
                catchThrowableOfType(BarnabasException.class, () -> JSON.parser(new ByteArrayInputStream(odd)));
        // then
        assertThat(array).hasMessage("JSON is not encoded as UTF-8");
        assertThat(stream.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST);
    }

    @Test
    void passesOnAFailureOfTheTransport() throws IOException {
        // given
        IOException gone = new IOException("connection reset");
        JsonParser parser = JSON.parser(new Broken("[{\"value\":", gone));
        parser.nextToken();
        // when, then
        assertThatThrownBy(() -> new RecordsReader(RecordFormat.JSON, LIMITS).read(parser, "records", record -> {}))
                .isSameAs(gone);
    }

    @Test
    void canBeUsedAgainAndLeavesTheParserAtTheArraysEnd() throws IOException {
        // given
        RecordsReader reader = new RecordsReader(RecordFormat.TEXT, LIMITS);
        List<String> read = new ArrayList<>();
        RecordSink sink = record -> read.add(new String(record.valueBytes(), UTF_8));
        JsonParser broken = started("[{\"value\":\"lost");
        assertThatThrownBy(() -> reader.read(broken, "records", sink)).isInstanceOf(BarnabasException.class);
        JsonParser parser = JSON.parser("{\"records\":[{\"value\":\"a\"},{\"value\":\"b\"}],\"id\":\"7\"}");
        parser.nextToken();
        parser.nextToken();
        parser.nextToken();
        // when
        int count = reader.read(parser, "records", sink);
        // then
        assertThat(count).isEqualTo(2);
        assertThat(read).containsExactly("a", "b");
        assertThat(parser.currentToken()).isEqualTo(JsonToken.END_ARRAY);
        assertThat(parser.nextFieldName()).isEqualTo("id");
    }

    @Test
    void shortensUnknownNamesInMessages() {
        // when
        BarnabasException refused = refusal(RecordFormat.JSON, "[{\"" + "n".repeat(99) + "\":1}]");
        // then
        assertThat(refused).hasMessage("records[0]." + "n".repeat(64) + "... is not a known field");
    }

    private static BarnabasException refusal(RecordFormat format, String records) {
        return catchThrowableOfType(BarnabasException.class, () -> read(format, records));
    }

    private static List<LogRecord> read(RecordFormat format, String records) throws IOException {
        List<LogRecord> read = new ArrayList<>();
        read(format, records, record -> read.add(copy(record)));
        return read;
    }

    private static int read(RecordFormat format, String records, RecordSink sink) throws IOException {
        return new RecordsReader(format, LIMITS).read(started(records), "records", sink);
    }

    private static JsonParser started(String json) throws IOException {
        byte[] utf8 = bytes(json);
        JsonParser parser = JSON.parser(utf8, 0, utf8.length);
        parser.nextToken();
        return parser;
    }

    private static LogRecord copy(IncomingRecord record) {
        return new LogRecord(
                record.index(), record.timestamp(), record.keyBytes(), record.valueBytes(), record.headers());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Gives some bytes, then fails as a lost connection does. */
    private static final class Broken extends InputStream {
        private final byte[] bytes;
        private final IOException failure;
        private int at;

        Broken(String text, IOException failure) {
            this.bytes = bytes(text);
            this.failure = failure;
        }

        @Override
        public int read() throws IOException {
            if (at == bytes.length) {
                throw failure;
            }
            return bytes[at++];
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            target[offset] = (byte) read();
            return 1;
        }
    }
}
