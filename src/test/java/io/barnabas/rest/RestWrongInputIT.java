package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.Http.Answer;
import io.barnabas.testing.OnPayaraMicro;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong gets the family's code, as JSON, with a message that names it. */
@OnPayaraMicro
class RestWrongInputIT {
    private static final String BASE = "consumers/wrong-g/instances/c1";

    private final Http http;

    RestWrongInputIT(Http http) {
        this.http = http;
    }

    @BeforeAll
    static void prepare(Http http) {
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"wrong\"}").expect(201);
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"wrong-other\"}")
                .expect(201);
        http.post("consumers/wrong-g", Http.CONTROL, "{\"name\":\"c1\",\"format\":\"json\"}")
                .expect(200);
        http.post(BASE + "/subscription", Http.CONTROL, "{\"topics\":[\"wrong\"]}")
                .expect(204);
        http.get(BASE + "/records?timeout=5", Http.JSON).expect(200);
        http.post("consumers/wrong-g", Http.CONTROL, "{\"name\":\"c2\"}").expect(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing/here                                        | 404 | 40400 | nothing/here",
                "topics/nope                                         | 404 | 40401 | 'nope'",
                "topics/a%20b                                        | 400 | 40003 | position 1",
                "topics/nope/partitions                              | 404 | 40401 | 'nope'",
                "topics/wrong/partitions/7                           | 404 | 40402 | 7",
                "topics/wrong/partitions/x                           | 422 | 42200 | 'partition'",
                "topics/wrong/partitions/-1                          | 422 | 42200 | 'partition'",
                "topics/wrong/partitions/0/nope                      | 404 | 40400 | nope",
                "topics/wrong/partitions/0/records?offset=x          | 422 | 42200 | 'offset'",
                "topics/wrong/partitions/0/records?offset=99         | 416 | 41601 | 99",
                "topics/wrong/partitions/0/records?offset=0&timestamp=0 | 422 | 42200 | exclude",
                "topics/wrong/partitions/0/records?timeout=-1        | 422 | 42200 | 'timeout'",
                "topics/wrong/partitions/0/records?max_bytes=0       | 422 | 42200 | 'max_bytes'",
                "topics/wrong/partitions/0/records?max_byte=10       | 422 | 42200 | 'max_byte'",
                "topics/wrong/partitions/0/batches?offset=99         | 416 | 41601 | 99",
                "topics/wrong/partitions/7/batches?offset=0          | 404 | 40402 | 7",
                "groups/nope                                         | 404 | 40405 | nope",
                "consumers/wrong-g/instances/nope/records            | 404 | 40403 | nope",
                "consumers/nope/instances/nope/assignments           | 404 | 40403 | nope",
                "consumers/wrong-g/instances/c2/records              | 409 | 40903 | not subscribed",
            })
    void aWrongGetIsNamed(String path, int status, int code, String part) {
        assertError(http.get(path), status, code, part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"records\":[{\"value\":1}]                   | 400 | 40000 | line 1, column",
                "{\"records\":[{\"value\":1}]} x                | 400 | 40000 | line 1, column",
                "{\"records\":{}}                               | 422 | 42200 | records",
                "{\"records\":[]}                               | 422 | 42200 | records",
                "{\"records\":[7]}                              | 422 | 42200 | records[0]",
                "{\"records\":[{\"value\":1},{\"valu\":1}]}     | 422 | 42200 | records[1].valu",
                "{\"records\":[{\"value\":1,\"partition\":\"x\"}]} | 422 | 42200 | records[0].partition",
                "{\"records\":[{\"value\":1,\"headers\":[{\"key\":\"h\",\"value\":\"%\"}]}]} | 422 | 42203 | base64",
                "{\"records\":[{\"value\":1}],\"producer_id\":1} | 422 | 42200 | belong together",
                "{\"record\":[]}                                | 422 | 42200 | record",
                "[]                                             | 422 | 42200 | object",
            })
    void aWrongBodyOfRecordsIsNamed(String body, int status, int code, String part) {
        assertError(http.post("topics/wrong", Http.JSON, body), status, code, part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "admin/topics | {\"topic_name\":\"wrong\"}                | 409 | 40904 | 'wrong'",
                "admin/topics | {\"topic_name\":\"../etc\"}               | 400 | 40003 | position 2",
                "admin/topics | {\"topic_name\":\"__mine\"}               | 403 | 40301 | '__mine'",
                "admin/topics | {\"topic_name\":\"w2\",\"partitions_count\":0} | 422 | 42200 | 'partitions_count'",
                "admin/topics | {\"topic_name\":\"w2\",\"partitions_count\":\"3\"} | 422 | 42200 | 'partitions_count'",
                "admin/topics | {\"topic_name\":\"w2\",\"configs\":{\"no.such\":1}} | 400 | 40002 | 'no.such'",
                "admin/topics | {\"topic_name\":\"w2\",\"replication_factor\":3} | 400 | 40002 | replication_factor",
                "admin/topics | {\"name\":\"w2\"}                         | 422 | 42200 | 'name'",
                "admin/topics | {}                                        | 422 | 42200 | 'topic_name'",
                "topics/wrong/partitions/0/truncate | {\"offset\":99}     | 416 | 41601 | 99",
                "topics/wrong/partitions/0/truncate | {}                  | 422 | 42200 | 'offset'",
                "topics/wrong/partitions/0 | {\"records\":[{\"value\":1,\"partition\":0}]} | 422 | 42200 | records[0].partition",
                "topics/wrong?acks=some | {\"records\":[{\"value\":1}]}   | 422 | 42200 | acks",
                "topics/wrong?async=x | {\"records\":[{\"value\":1}]}     | 422 | 42200 | 'async'",
                "topics/__barnabas_groups | {\"records\":[{\"value\":1}]} | 403 | 40301 | __barnabas_groups",
                "topics/wrong/partitions/0 | {\"records\":[{\"value\":1}],\"producer_id\":-1,\"producer_epoch\":0,\"sequence\":0} | 422 | 42200 | producer_id",
                "producers | {\"producer_id\":1}                          | 422 | 42200 | 'producer_epoch'",
                "producers | {\"producer_id\":999999,\"producer_epoch\":0} | 422 | 42200 | 999999",
                "producers | {\"producer_id\":0,\"producer_epoch\":32768} | 422 | 42200 | 'producer_epoch'",
                "producers | {\"producer\":0}                             | 422 | 42200 | 'producer'",
                "consumers/wrong-g | {\"name\":\"c1\"}                    | 409 | 40902 | c1",
                "consumers/wrong-g | {\"name\":\"c9\",\"format\":\"avro\"} | 422 | 42204 | 'format'",
                "consumers/wrong-g | {\"nome\":\"c9\"}                    | 422 | 42200 | 'nome'",
                "consumers/a%2Bb | {}                                     | 400 | 40003 | position 1",
                "consumers/wrong-g/instances/c1/subscription | {\"topics\":[\"nope\"]} | 404 | 40401 | 'nope'",
                "consumers/wrong-g/instances/c1/subscription | {\"topic_pattern\":\".*\"} | 409 | 40901 | exclude",
                "consumers/wrong-g/instances/c2/subscription | {\"topic_pattern\":\"(\"} | 422 | 42200 | 'topic_pattern'",
                "consumers/wrong-g/instances/c2/subscription | {\"topics\":[\"wrong-other\"]} | 409 | 40907 | wrong",
                "consumers/wrong-g/instances/c1/assignments | {\"partitions\":[{\"topic\":\"wrong\",\"partition\":0}]} | 409 | 40901 | exclude",
                "consumers/wrong-g/instances/c1/positions | {\"offsets\":[{\"topic\":\"wrong\",\"partition\":0,\"offset\":99}]} | 416 | 41601 | 99",
                "consumers/wrong-g/instances/c1/positions | {\"offsets\":[{\"topic\":\"wrong\",\"partition\":7,\"offset\":0}]} | 409 | 40903 | wrong-7",
                "consumers/wrong-g/instances/c1/offsets | {\"offsets\":[{\"topic\":\"wrong\",\"partition\":0,\"offset\":\"1\"}]} | 422 | 42200 | 'offsets[0].offset'",
                "groups/wrong-g/offsets | {\"topic\":\"wrong\",\"to\":\"earliest\"} | 409 | 40908 | wrong-g",
                "groups/wrong-g/offsets | {\"topic\":\"wrong\",\"to\":\"middle\"} | 422 | 42200 | 'to'",
                "groups/wrong-g/offsets | {\"topic\":\"nope\",\"to\":\"latest\"} | 404 | 40401 | 'nope'",
            })
    void aWrongPostIsNamed(String path, String body, int status, int code, String part) {
        String type = path.startsWith("topics/") && !path.endsWith("truncate") ? Http.JSON : Http.CONTROL;
        assertError(http.post(path, type, body), status, code, part);
    }

    @Test
    void aCommitForAPartitionNotHeldIsRefused() {
        Answer answer = http.post(
                BASE + "/offsets",
                Http.CONTROL,
                "{\"offsets\":[{\"topic\":\"wrong-other\",\"partition\":0,\"offset\":0}]}");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().get("error_code").asInt()).isIn(40906, 40907);
    }

    @Test
    void badBase64IsNamed() {
        assertError(
                http.post("topics/wrong", Http.BINARY, "{\"records\":[{\"value\":\"AA==\"},{\"value\":\"!\"}]}"),
                422,
                42203,
                "records[1].value");
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedAlone() {
        // given
        String large = "x".repeat(2 << 20);
        // when
        JsonNode offsets = http.post(
                        "topics/wrong",
                        Http.TEXT,
                        "{\"records\":[{\"value\":\"" + large + "\"},{\"value\":\"small\"}]}")
                .json();
        // then: as a whole request, or as one record of it
        int code = offsets.has("error_code")
                ? offsets.get("error_code").asInt()
                : offsets.at("/offsets/0/error_code").asInt();
        assertThat(code).isEqualTo(41302);
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedWithAndWithoutItsLength() {
        // given
        byte[] large = ("{\"records\":[{\"value\":\"" + "x".repeat(17 << 20) + "\"}]}").getBytes(UTF_8);
        // when, then
        assertError(http.send("POST", "topics/wrong", Http.TEXT, large), 413, 41301, "16777216");
        assertError(
                http.send(http.request("topics/wrong")
                        .header("Content-Type", Http.TEXT)
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))),
                413,
                41301,
                "16777216");
    }

    @Test
    void aNestingBombIsRefused() {
        String bomb = "{\"records\":[{\"value\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}]}";
        Answer answer = http.post("topics/wrong", Http.JSON, bomb);
        assertThat(answer.status()).isIn(400, 413);
        assertThat(answer.json().get("message").asText()).isNotEmpty();
    }

    @Test
    void otherMediaTypesAreNamed() {
        assertError(http.post("topics/wrong", "text/plain", "x"), 415, 41500, "text/plain");
        assertError(http.post("admin/topics", "application/xml", "<a/>"), 415, 41500, "application/xml");
        assertError(http.post("topics/wrong", "application/json;charset=utf-16", "{}"), 415, 41500, "utf-16");
        assertError(
                http.post("topics/wrong/partitions/0/batches", "application/octet-stream", "x"),
                415,
                41500,
                "application/vnd.barnabas.batches");
    }

    @Test
    void batchesThatAreNoneAreRefused() {
        assertError(
                http.post("topics/wrong/partitions/0/batches", RestMediaType.BATCHES, "no batch at all"),
                400,
                40004,
                "bytes");
    }

    @Test
    void otherAnswersThanThereAreAreNotAcceptable() {
        assertError(http.get("topics", "text/html"), 406, 40601, "text/html");
        assertError(http.get("topics/wrong/partitions/0/records", "application/xml"), 406, 40601, "application/xml");
        assertError(http.get(BASE + "/records?timeout=1", Http.BINARY), 406, 40601, "json");
    }

    @Test
    void otherMethodsAreNotAllowed() {
        Answer answer = http.delete("topics/wrong");
        assertError(answer, 405, 40500, "DELETE");
        assertThat(answer.header("Allow")).contains("GET", "POST");
    }

    @Test
    void problemDetailsAreGivenWhereAskedFor() {
        // when
        Answer answer = http.get("topics/nope", "application/problem+json");
        // then
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().get("type").asText()).isEqualTo("urn:barnabas:error:unknown-topic");
        assertThat(answer.json().get("status").asInt()).isEqualTo(404);
    }

    private static void assertError(Answer answer, int status, int code, String part) {
        assertThat(answer.header("Content-Type")).as(answer.toString()).isEqualTo("application/json");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.json().get("error_code").asInt())
                .as(answer.toString())
                .isEqualTo(code);
        assertThat(answer.json().get("message").asText()).contains(part);
    }
}
