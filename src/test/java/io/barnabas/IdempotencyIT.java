package io.barnabas;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Batches;
import io.barnabas.testing.Http;
import io.barnabas.testing.Http.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is sent again to the real jar, after it was killed and after it was stopped. */
class IdempotencyIT {
    private static final String BATCHES = "application/vnd.barnabas.batches";
    private static final int PARTITIONS = 3;
    private static final String RECORDS = "{\"records\":[{\"value\":1},{\"value\":2},{\"value\":3},{\"value\":4}]}";

    @TempDir
    Path data;

    @Test
    void storesOnceWhatIsSentAgainAfterKillAndStop() {
        JsonNode keyed;
        JsonNode sequenced;
        String body;
        byte[] batch = bytes(Batches.of("x", "y"));
        // given
        try (BarnabasProcess first = BarnabasProcess.at(data).start()) {
            Http http = first.http();
            http.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"once\",\"partitions_count\":3}")
                    .expect(201);
            JsonNode producer =
                    http.post("producers", Http.CONTROL, "").expect(201).json();
            body = "{\"producer_id\":" + producer.get("producer_id").asLong()
                    + ",\"producer_epoch\":0,\"sequence\":0,\"records\":[{\"value\":\"a\"},{\"value\":\"b\"}]}";
            keyed = keyed(http, "key-1", RECORDS).expect(200).json();
            sequenced = http.post("topics/once/partitions/1", Http.JSON, body)
                    .expect(200)
                    .json();
            assertThat(batch(http, batch).expect(200).json().get("duplicate").asBoolean())
                    .isFalse();
            assertThat(keyed.toString()).doesNotContain("duplicate");
            first.kill9();
        }
        long next;
        // when
        try (BarnabasProcess killed = BarnabasProcess.at(data).start()) {
            assertSentAgain(killed.http(), keyed, sequenced, body, batch);
            next = killed.http()
                    .post("producers", Http.CONTROL, "")
                    .expect(201)
                    .json()
                    .get("producer_id")
                    .asLong();
            assertThat(killed.stop()).isEqualTo(143);
        }
        try (BarnabasProcess stopped = BarnabasProcess.at(data).start()) {
            // then
            assertSentAgain(stopped.http(), keyed, sequenced, body, batch);
            assertThat(next).isEqualTo(1_000);
            assertErrors(stopped.http(), body);
            assertThat(records(stopped.http())).isEqualTo(4 + 2 + 2 + 4);
        }
    }

    private static void assertSentAgain(Http http, JsonNode keyed, JsonNode sequenced, String body, byte[] batch) {
        JsonNode again = keyed(http, "key-1", RECORDS).expect(200).json();
        assertDuplicates(again, keyed);
        assertDuplicates(
                http.post("topics/once/partitions/1", Http.JSON, body)
                        .expect(200)
                        .json(),
                sequenced);
        assertThat(batch(http, batch).expect(200).json().get("duplicate").asBoolean())
                .isTrue();
        assertThat(records(http)).isEqualTo(4 + 2 + 2);
    }

    private static void assertDuplicates(JsonNode again, JsonNode first) {
        assertThat(again.get("offsets")).hasSameSizeAs(first.get("offsets"));
        for (int i = 0; i < first.get("offsets").size(); i++) {
            JsonNode outcome = again.get("offsets").get(i);
            assertThat(outcome.get("duplicate").asBoolean()).isTrue();
            assertThat(outcome.get("partition")).isEqualTo(first.at("/offsets/" + i + "/partition"));
            assertThat(outcome.get("offset")).isEqualTo(first.at("/offsets/" + i + "/offset"));
        }
    }

    private static void assertErrors(Http http, String body) {
        assertError(keyed(http, "key-1", RECORDS.replace("4", "5")), 422, 42206);
        assertError(keyed(http, "", RECORDS), 422, 42200);
        assertError(keyed(http, "k".repeat(256), RECORDS), 422, 42200);
        assertError(keyed(http, "key-2", body), 422, 42200);
        String gap = body.replace("\"sequence\":0", "\"sequence\":5");
        assertError(http.post("topics/once/partitions/1", Http.JSON, gap), 409, 40909);
        assertError(http.post("topics/once", Http.JSON, body), 422, 42200);
        String newer = body.replace("\"producer_epoch\":0", "\"producer_epoch\":1");
        http.post("topics/once/partitions/2", Http.JSON, body).expect(200);
        http.post("topics/once/partitions/2", Http.JSON, newer).expect(200);
        assertError(http.post("topics/once/partitions/2", Http.JSON, body), 409, 40910);
    }

    private static void assertError(Answer answer, int status, int code) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.json().get("error_code").asInt())
                .as(answer.toString())
                .isEqualTo(code);
    }

    private static Answer keyed(Http http, String key, String body) {
        return http.send(http.request("topics/once")
                .header("Content-Type", Http.JSON)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body, UTF_8)));
    }

    private static Answer batch(Http http, byte[] batch) {
        return http.send(http.request("topics/once/partitions/0/batches")
                .header("Content-Type", BATCHES)
                .header("Idempotency-Key", "batch-1")
                .POST(BodyPublishers.ofByteArray(batch)));
    }

    private static long records(Http http) {
        return IntStream.range(0, PARTITIONS)
                .mapToLong(partition -> http.get("topics/once/partitions/" + partition + "/offsets")
                        .expect(200)
                        .json()
                        .get("end_offset")
                        .asLong())
                .sum();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
