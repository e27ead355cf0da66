package io.barnabas;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.Http.Answer;
import io.barnabas.testing.OnPayaraMicro;
import io.barnabas.testing.WsClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What a client says of its trace, found in the records that it wrote. */
@OnPayaraMicro
class TracingIT {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    private final Http http;

    TracingIT(Http http) {
        this.http = http;
    }

    @Test
    void recordsCarryTheTraceOfTheirRequestUnlessTheyBringTheirOwn() {
        // given
        topic("traced-http");
        String own = Base64.getEncoder().encodeToString(OTHER.getBytes(US_ASCII));
        // when
        produce(
                "traced-http",
                TRACE,
                "k1",
                "{\"value\":1},{\"value\":2,\"headers\":[{\"key\":\"traceparent\",\"value\":\"" + own + "\"}]}");
        produce("traced-http", "nonsense", "k2", "{\"value\":3}");
        // then
        assertThat(traces("traced-http")).containsExactly(TRACE, OTHER, "");
    }

    @Test
    void aRepeatIsOneWhateverTraceItIsPartOf() {
        // given
        topic("traced-again");
        produce("traced-again", TRACE, "k1", "{\"value\":1}");
        // when
        JsonNode again = produce("traced-again", OTHER, "k1", "{\"value\":1}");
        // then
        assertThat(again.at("/offsets/0/duplicate").asBoolean()).isTrue();
        assertThat(traces("traced-again")).containsExactly(TRACE);
    }

    @Test
    void recordsCarryTheTraceThatTheirOwnSocketWasOpenedWith() {
        // given
        topic("traced-ws");
        try (WsClient traced = socket(TRACE);
                WsClient other = socket(OTHER);
                WsClient plain = WsClient.connect(http.webSocket("ws"))) {
            // when
            for (WsClient client : List.of(traced, other, plain, traced)) {
                client.send("{\"type\":\"produce\",\"id\":1,\"topic\":\"traced-ws\",\"records\":[{\"value\":1}]}");
                client.awaitType("produced");
            }
        }
        // then
        assertThat(traces("traced-ws")).hasSize(4).containsOnlyOnce(OTHER, "").contains(TRACE);
    }

    private WsClient socket(String trace) {
        return WsClient.connect(http.webSocket("ws"), WsClient.builder().header("traceparent", trace));
    }

    private void topic(String name) {
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"" + name + "\",\"partitions_count\":1}")
                .expect(201);
    }

    private JsonNode produce(String topic, String trace, String key, String records) {
        return http.send(http.request("topics/" + topic)
                        .header("Content-Type", Http.JSON)
                        .header("traceparent", trace)
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString("{\"records\":[" + records + "]}")))
                .expect(200)
                .json();
    }

    /** The trace of each record; empty for one without. */
    private List<String> traces(String topic) {
        Answer records = http.get("topics/" + topic + "/partitions/0/records?offset=0", Http.JSON)
                .expect(200);
        List<String> traces = new ArrayList<>();
        records.json()
                .forEach(record -> traces.add(StreamSupport.stream(
                                record.path("headers").spliterator(), false)
                        .filter(header -> header.path("key").asText().equals("traceparent"))
                        .map(header -> new String(
                                Base64.getDecoder().decode(header.path("value").asText()), US_ASCII))
                        .reduce("", String::concat)));
        return traces;
    }
}
