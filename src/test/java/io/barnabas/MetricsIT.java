package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.testing.Http;
import io.barnabas.testing.Metrics;
import io.barnabas.testing.OnPayaraMicro;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the server's own /metrics endpoint says about the node. */
@OnPayaraMicro
class MetricsIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Http http;

    MetricsIT(Http http) {
        this.http = http;
    }

    private void create(String topic) {
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\": \"" + topic + "\", \"partitions_count\": 1}")
                .expect(201);
    }

    private void produce(String topic) {
        http.post("topics/" + topic, Http.JSON, "{\"records\": [{\"value\": 1}, {\"value\": 2}]}")
                .expect(200);
    }

    private List<String> names(Metrics metrics) {
        return metrics.names().stream()
                .filter(name -> name.startsWith("barnabas_"))
                .toList();
    }

    @Test
    void countsWhatGoesInAndOutByTopicAndProtocol() {
        // given
        create("metrics-traffic");
        Metrics before = Metrics.of(http);
        // when
        produce("metrics-traffic");
        http.get("topics/metrics-traffic/partitions/0/records?offset=0", Http.JSON)
                .expect(200);
        http.get("topics/metrics-traffic/partitions/0/batches?offset=0").expect(200);
        Metrics after = Metrics.of(http);
        // then
        assertThat(after.sum("barnabas_topic_appended_records_total", "topic", "metrics-traffic"))
                .isEqualTo(2);
        assertThat(after.sum("barnabas_topic_appended_bytes_total", "topic", "metrics-traffic"))
                .isGreaterThan(60);
        assertThat(after.sum("barnabas_topic_delivered_records_total", "topic", "metrics-traffic"))
                .isEqualTo(4);
        for (String protocol : List.of("http_json", "http_batches")) {
            String name = "barnabas_delivered_records_total";
            assertThat(after.sum(name, "protocol", protocol) - before.sum(name, "protocol", protocol))
                    .isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void keepsTimesInBucketsThatOnlyGrow() {
        // given
        create("metrics-times");
        // when
        produce("metrics-times");
        Metrics metrics = Metrics.of(http);
        // then
        double count = metrics.sum("barnabas_produce_duration_seconds_count", "protocol", "http_json");
        assertThat(count).isGreaterThanOrEqualTo(1);
        assertThat(metrics.sum("barnabas_produce_duration_seconds_bucket", "protocol", "http_json", "le", "+Inf"))
                .isGreaterThanOrEqualTo(count);
        assertThat(metrics.sum("barnabas_produce_duration_seconds_sum", "protocol", "http_json"))
                .isPositive();
        assertThat(metrics.sum("barnabas_log_fsync_duration_seconds_count")).isPositive();
    }

    @Test
    void tellsHowFarAGroupIsBehind() {
        // given
        create("metrics-lag");
        produce("metrics-lag");
        http.post("topics/metrics-lag", Http.JSON, "{\"records\": [{\"value\": 3}]}")
                .expect(200);
        http.post(
                        "consumers/metrics-group",
                        Http.CONTROL,
                        "{\"name\": \"one\", \"format\": \"binary\", \"auto.offset.reset\": \"earliest\"}")
                .expect(200);
        String instance = "consumers/metrics-group/instances/one/";
        http.post(instance + "subscription", Http.CONTROL, "{\"topics\": [\"metrics-lag\"]}")
                .expect(204);
        await().atMost(SOON).until(() -> !http.get(instance + "records?timeout=1000", Http.BINARY)
                .expect(200)
                .json()
                .isEmpty());
        http.post(
                        instance + "offsets",
                        Http.CONTROL,
                        "{\"offsets\": [{\"topic\": \"metrics-lag\", \"partition\": 0, \"offset\": 1}]}")
                .expect(204);
        // when
        await().atMost(SOON).untilAsserted(() -> assertThat(Metrics.of(http)
                        .sum(
                                "barnabas_group_lag_records",
                                "group",
                                "metrics-group",
                                "topic",
                                "metrics-lag",
                                "partition",
                                "0"))
                // then
                .isEqualTo(2));
    }

    @Test
    void countsRefusalsByTheirReason() {
        // given
        Metrics before = Metrics.of(http);
        // when
        http.get("topics/metrics-there-is-none").expect(404);
        Metrics after = Metrics.of(http);
        // then
        String name = "barnabas_rejected_requests_total";
        assertThat(after.sum(name, "front_end", "http", "error", "unknown_topic")
                        - before.sum(name, "front_end", "http", "error", "unknown_topic"))
                .isGreaterThanOrEqualTo(1);
    }

    @Test
    void namesFollowTheConventions() {
        // when
        Metrics metrics = Metrics.of(http);
        // then
        assertThat(names(metrics)).hasSizeGreaterThan(50).allSatisfy(name -> {
            assertThat(name).matches("barnabas(_[a-z0-9]+)+");
            assertThat(metrics.type(name)).isEqualTo(name.endsWith("_total") ? "counter" : "gauge");
            assertThat(metrics.help(name)).isNotBlank();
            Set<Map<String, String>> labels = metrics.series(name).keySet();
            assertThat(labels.stream().map(Map::keySet).distinct()).hasSize(1);
        });
    }

    @Test
    void tellsTheStateOfTheNode() {
        // when
        Metrics metrics = Metrics.of(http);
        // then
        assertThat(metrics.sum("barnabas_zookeeper_session", "state", "connected"))
                .isEqualTo(1);
        assertThat(metrics.sum("barnabas_zookeeper_session")).isEqualTo(1);
        assertThat(metrics.sum("barnabas_log_writable")).isEqualTo(1);
        assertThat(metrics.sum("barnabas_node_stuck")).isZero();
        assertThat(metrics.sum("barnabas_partitions_open")).isPositive();
    }
}
