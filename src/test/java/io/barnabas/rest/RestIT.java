package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.testing.Batches;
import io.barnabas.testing.Http;
import io.barnabas.testing.Http.Answer;
import io.barnabas.testing.OnPayaraMicro;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the HTTP front end does when it is used as it is meant to be. */
@OnPayaraMicro
class RestIT {
    private final Http http;

    RestIT(Http http) {
        this.http = http;
    }

    @Test
    void topicsAreMadeChangedAndRemoved() {
        // when
        JsonNode made = http.post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"rest-topics\",\"partitions_count\":2,\"configs\":{\"retention.ms\":60000}}")
                .expect(201)
                .json();
        JsonNode changed = http.send(
                        "PATCH",
                        "admin/topics/rest-topics",
                        Http.CONTROL,
                        "{\"partitions_count\":3,\"configs\":{\"retention.ms\":null}}".getBytes(UTF_8))
                .expect(200)
                .json();
        // then
        assertThat(made.at("/configs/retention.ms").asText()).isEqualTo("60000");
        assertThat(made.get("partitions")).hasSize(2);
        assertThat(made.at("/partitions/0/leader").asInt()).isZero();
        assertThat(changed.get("partitions")).hasSize(3);
        assertThat(changed.at("/configs/retention.ms").asText()).isEqualTo("604800000");
        Answer names = http.get("topics").expect(200);
        assertThat(names.header("Content-Type")).isEqualTo("application/vnd.kafka.v2+json");
        assertThat(names.text()).contains("\"rest-topics\"").doesNotContain("__");
        assertThat(http.get("topics/rest-topics").json().get("partitions")).hasSize(3);
        assertThat(http.get("topics/rest-topics/partitions").json()).hasSize(3);
        assertThat(http.get("topics/rest-topics/partitions/1")
                        .json()
                        .get("partition")
                        .asInt())
                .isEqualTo(1);
        http.delete("admin/topics/rest-topics").expect(204);
        http.get("topics/rest-topics").expect(404);
    }

    @Test
    void recordsOfAllFormatsComeBackAsTheyWent() {
        // given
        topic("rest-formats", 1);
        // when
        JsonNode produced = http.post(
                        "topics/rest-formats",
                        Http.JSON,
                        "{\"records\":[{\"key\":\"k\",\"value\":{\"a\":[1,2.50,null]},\"timestamp\":1700000000000,"
                                + "\"headers\":[{\"key\":\"h\",\"value\":\"YWJj\"}]},{\"key\":\"k\",\"value\":null}]}")
                .expect(200)
                .json();
        http.post("topics/rest-formats", Http.TEXT, "{\"records\":[{\"value\":\"gr\u00fc\u00df\"}]}")
                .expect(200);
        http.post("topics/rest-formats/partitions/0", Http.BINARY, "{\"records\":[{\"value\":\"AP8=\"}]}")
                .expect(200);
        // then
        assertThat(produced.toString())
                .isEqualTo("{\"offsets\":[{\"partition\":0,\"offset\":0},{\"partition\":0,\"offset\":1}]}");
        Answer asJson = http.get("topics/rest-formats/partitions/0/records?offset=0", Http.JSON)
                .expect(200);
        assertThat(asJson.header("Content-Type")).isEqualTo(Http.JSON);
        assertThat(asJson.header("Barnabas-Next-Offset")).isEqualTo("4");
        assertThat(asJson.header("Content-Length")).isEqualTo(Integer.toString(asJson.bytes().length));
        assertThat(asJson.text())
                .startsWith(
                        "[{\"topic\":\"rest-formats\",\"key\":\"k\",\"value\":{\"a\":[1,2.50,null]},\"partition\":0,"
                                + "\"offset\":0,\"timestamp\":1700000000000,\"headers\":[{\"key\":\"h\",\"value\":\"YWJj\"}]}");
        assertThat(asJson.json().at("/1/value").isNull()).isTrue();
        assertThat(asJson.json().get(2).has("error")).as("text is no JSON").isTrue();
        assertThat(http.get("topics/rest-formats/partitions/0/records?offset=2&max_records=1", Http.TEXT)
                        .json()
                        .at("/0/value")
                        .asText())
                .isEqualTo("gr\u00fc\u00df");
        assertThat(http.get("topics/rest-formats/partitions/0/records?offset=3", Http.BINARY)
                        .json()
                        .at("/0/value")
                        .asText())
                .isEqualTo("AP8=");
    }

    @Test
    void recordsGoRoundByKeyAndWhereToldAndFailOnTheirOwn() {
        // given
        topic("rest-spread", 3);
        // when
        JsonNode offsets = http.post(
                        "topics/rest-spread?acks=leader",
                        Http.JSON,
                        "{\"records\":[{\"value\":1},{\"value\":2},{\"value\":3},{\"value\":4,\"partition\":2},"
                                + "{\"value\":5,\"partition\":9},{\"key\":\"a\",\"value\":6},{\"key\":\"a\",\"value\":7}]}")
                .expect(200)
                .json()
                .get("offsets");
        // then
        assertThat(List.of(
                        offsets.at("/0/partition").asInt(),
                        offsets.at("/1/partition").asInt(),
                        offsets.at("/2/partition").asInt()))
                .containsExactlyInAnyOrder(0, 1, 2);
        assertThat(offsets.at("/3/partition").asInt()).isEqualTo(2);
        assertThat(offsets.at("/4/error_code").asInt()).isEqualTo(40402);
        assertThat(offsets.at("/5/partition")).isEqualTo(offsets.at("/6/partition"));
    }

    @Test
    void anUnansweredRequestIsStoredAllTheSame() throws Exception {
        // given
        topic("rest-async", 1);
        CompletableFuture<Answer> waits =
                http.sendAsync(http.request("topics/rest-async/partitions/0/records?offset=0&timeout=20000")
                        .GET());
        // when
        http.post("topics/rest-async?async=true", Http.JSON, "{\"records\":[{\"value\":1}]}")
                .expect(204);
        // then
        assertThat(waits.get(10, TimeUnit.SECONDS).json()).hasSize(1);
    }

    @Test
    void aReadWaitsNoLongerThanItMay() {
        // given
        topic("rest-wait", 1);
        long start = System.nanoTime();
        // when
        Answer answer = http.get("topics/rest-wait/partitions/0/records?offset=latest&timeout=300")
                .expect(200);
        // then
        assertThat(answer.text()).isEqualTo("[]");
        assertThat(System.nanoTime() - start).isBetween(250_000_000L, 5_000_000_000L);
    }

    @Test
    void batchesGoInAndOutByteForByte() {
        // given
        topic("rest-batches", 1);
        ByteBuffer body = ByteBuffer.allocate(10_000);
        body.put(Batches.of("a", "b")).put(Batches.of("c")).flip();
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        // when
        JsonNode appended = http.send("POST", "topics/rest-batches/partitions/0/batches", RestMediaType.BATCHES, bytes)
                .expect(200)
                .json();
        Answer read =
                http.get("topics/rest-batches/partitions/0/batches?offset=0").expect(200);
        // then
        assertThat(appended.get("base_offset").asLong()).isZero();
        assertThat(appended.get("last_offset").asLong()).isEqualTo(2);
        assertThat(read.header("Content-Type")).isEqualTo(RestMediaType.BATCHES);
        assertThat(read.header("Content-Length")).isEqualTo(Integer.toString(bytes.length));
        assertThat(read.header("Barnabas-Next-Offset")).isEqualTo("3");
        List<Long> bases = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.strict(ByteBuffer.wrap(read.bytes()))) {
            assertThat(batch.crcValid()).isTrue();
            bases.add(batch.baseOffset());
        }
        assertThat(bases).containsExactly(0L, 2L);
        assertThat(http.get("topics/rest-batches/partitions/0/batches?offset=3")
                        .expect(200)
                        .bytes())
                .isEmpty();
    }

    @Test
    void offsetsMoveWithTruncation() {
        // given
        topic("rest-truncate", 1);
        http.post("topics/rest-truncate", Http.JSON, "{\"records\":[{\"value\":1},{\"value\":2},{\"value\":3}]}");
        // when
        Answer truncated = http.post("topics/rest-truncate/partitions/0/truncate", Http.CONTROL, "{\"offset\":2}");
        // then
        assertThat(truncated.expect(200).text()).isEqualTo("{\"beginning_offset\":2,\"end_offset\":3}");
        assertThat(http.get("topics/rest-truncate/partitions/0/offsets").text())
                .isEqualTo("{\"beginning_offset\":2,\"end_offset\":3}");
        http.get("topics/rest-truncate/partitions/0/records?offset=0").expect(416);
    }

    @Test
    void theClusterIsDescribed() {
        assertThat(http.get("brokers").expect(200).text()).isEqualTo("{\"brokers\":[0]}");
        JsonNode cluster = http.get("cluster").expect(200).json();
        assertThat(cluster.get("session").asText()).isEqualTo("connected");
        assertThat(cluster.get("nodes")).hasSize(1);
        assertThat(cluster.get("cluster_id").asText()).isNotEmpty();
    }

    @Test
    void anInstanceReadsCommitsAndIsRemoved() {
        // given
        topic("rest-consume", 2);
        http.post("topics/rest-consume", Http.JSON, "{\"records\":[{\"value\":1},{\"value\":2}]}");
        JsonNode created = http.post(
                        "consumers/rest-g1",
                        Http.CONTROL,
                        "{\"name\":\"c1\",\"format\":\"json\",\"auto.offset.reset\":\"earliest\","
                                + "\"auto.commit.enable\":\"false\"}")
                .expect(200)
                .json();
        String base = "consumers/rest-g1/instances/c1";
        assertThat(created.get("base_uri").asText()).endsWith(base);
        // when
        http.post(base + "/subscription", Http.CONTROL, "{\"topics\":[\"rest-consume\"]}")
                .expect(204);
        Answer polled = http.get(base + "/records?timeout=10000", Http.JSON).expect(200);
        // then
        assertThat(polled.header("Content-Type")).isEqualTo(Http.JSON);
        assertThat(polled.json()).hasSize(2);
        assertThat(http.get(base + "/records?timeout=50", Http.JSON).text()).isEqualTo("[]");
        http.send(http.request(base + "/offsets").POST(BodyPublishers.noBody())).expect(204);
        assertThat(http.get(base + "/subscription").json().at("/topics/0").asText())
                .isEqualTo("rest-consume");
        assertThat(http.get(base + "/assignments").json().get("partitions")).hasSize(2);
        JsonNode group = http.get("groups/rest-g1").expect(200).json();
        assertThat(group.get("members")).hasSize(1);
        assertThat(group.at("/offsets/0/lag").asLong()).isZero();
        assertThat(group.at("/offsets/0/committed_offset").asLong()).isEqualTo(1);
        assertThat(http.get("groups").text()).contains("\"rest-g1\"");
        http.send(http.request(base + "/heartbeat").POST(BodyPublishers.noBody()))
                .expect(204);
        http.delete(base).expect(204);
        http.get(base + "/records", Http.JSON).expect(404);
        resetsAndRemovesTheGroup();
    }

    private void resetsAndRemovesTheGroup() {
        Answer plan = http.post(
                "groups/rest-g1/offsets",
                Http.CONTROL,
                "{\"topic\":\"rest-consume\",\"partitions\":[0],\"to\":\"earliest\",\"dry_run\":true}");
        assertThat(plan.expect(200).text())
                .isEqualTo("{\"dry_run\":true,\"offsets\":[{\"topic\":\"rest-consume\",\"partition\":0,\"before\":1,"
                        + "\"after\":0}]}");
        http.post("groups/rest-g1/offsets", Http.CONTROL, "{\"topic\":\"rest-consume\",\"to\":{\"shift\":-1}}")
                .expect(200);
        assertThat(http.get("groups/rest-g1")
                        .json()
                        .at("/offsets/0/committed_offset")
                        .asLong())
                .isZero();
        http.delete("groups/rest-g1").expect(204);
        http.get("groups/rest-g1").expect(404);
    }

    @Test
    void anInstanceSeeksInWhatItAssignedItself() {
        // given
        topic("rest-seek", 1);
        http.post("topics/rest-seek", Http.TEXT, "{\"records\":[{\"value\":\"a\"},{\"value\":\"b\"}]}");
        http.post("consumers/rest-g2", Http.CONTROL, "{\"name\":\"c1\",\"format\":\"text\"}")
                .expect(200);
        String base = "consumers/rest-g2/instances/c1";
        String partition = "{\"partitions\":[{\"topic\":\"rest-seek\",\"partition\":0}]}";
        http.post(base + "/assignments", Http.CONTROL, partition).expect(204);
        // when
        assertThat(http.get(base + "/records?timeout=50", Http.TEXT).text()).isEqualTo("[]");
        http.post(base + "/positions/beginning", Http.CONTROL, partition).expect(204);
        assertThat(http.get(base + "/records?timeout=5000", Http.TEXT).json()).hasSize(2);
        http.post(
                        base + "/positions",
                        Http.CONTROL,
                        "{\"offsets\":[{\"topic\":\"rest-seek\",\"partition\":0,\"offset\":1}]}")
                .expect(204);
        // then
        assertThat(http.get(base + "/records?timeout=5000", Http.TEXT).json()).hasSize(1);
        http.post(base + "/positions/end", Http.CONTROL, partition).expect(204);
        assertThat(http.get(base + "/records?timeout=50", Http.TEXT).text()).isEqualTo("[]");
        http.delete(base + "/subscription").expect(204);
        http.get(base + "/records", Http.TEXT).expect(409);
    }

    @Test
    void theServedDocumentIsOurs() {
        // when
        Answer document = http.get("openapi").expect(200);
        // then
        assertThat(document.text()).contains("operationId: readBatches", "/consumers/{group}/instances/{instance}");
    }

    private void topic(String name, int partitions) {
        http.post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + name + "\",\"partitions_count\":" + partitions + "}")
                .expect(201);
    }
}
