package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Monitoring;
import io.barnabas.testing.Monitoring.Selector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Prometheus and Grafana are given is well formed; MonitoringIT asks a server whether it is true. */
class MonitoringTest {
    @Test
    void everyAlertSaysWhenWhatAndWhatToDo() {
        // when
        List<JsonNode> alerts = Monitoring.alerts();
        // then
        assertThat(alerts).hasSizeGreaterThan(15).allSatisfy(alert -> {
            String name = alert.path("alert").asText();
            assertThat(name).matches("Barnabas[A-Za-z]+");
            assertThat(alert.path("expr").asText()).as(name).contains("barnabas_");
            assertThat(alert.path("for").asText()).as(name).matches("\\d+m");
            assertThat(alert.at("/labels/severity").asText()).as(name).isIn("critical", "warning", "info");
            assertThat(alert.at("/annotations/summary").asText()).as(name).hasSizeGreaterThan(20);
            assertThat(alert.at("/annotations/action").asText()).as(name).hasSizeGreaterThan(40);
        });
        assertThat(alerts.stream().map(alert -> alert.path("alert").asText())).doesNotHaveDuplicates();
    }

    @Test
    void everyExpressionIsBalanced() {
        assertThat(Monitoring.expressions()).hasSizeGreaterThan(50).allSatisfy((where, expression) -> {
            for (String pair : List.of("()", "{}", "[]")) {
                assertThat(count(expression, pair.charAt(0))).as(where).isEqualTo(count(expression, pair.charAt(1)));
            }
            assertThat(count(expression, '"') % 2).as(where).isZero();
        });
    }

    private static long count(String text, char c) {
        return text.chars().filter(each -> each == c).count();
    }

    @Test
    void panelsDoNotOverlap() {
        // when
        List<JsonNode> panels = Monitoring.dashboard().path("panels").findParents("gridPos");
        // then
        for (JsonNode one : panels) {
            for (JsonNode other : panels) {
                assertThat(one.path("id").equals(other.path("id"))
                                || !overlap(one.path("gridPos"), other.path("gridPos")))
                        .as(one.path("title") + " and " + other.path("title"))
                        .isTrue();
            }
        }
        assertThat(panels.stream().map(panel -> panel.path("id").asInt())).doesNotHaveDuplicates();
    }

    private static boolean overlap(JsonNode one, JsonNode other) {
        return crosses(one, other, "x", "w") && crosses(one, other, "y", "h");
    }

    private static boolean crosses(JsonNode one, JsonNode other, String at, String size) {
        int first = one.path(at).asInt();
        int second = other.path(at).asInt();
        return first < second + other.path(size).asInt()
                && second < first + one.path(size).asInt();
    }

    @Test
    void findsTheSeriesThatAnExpressionNames() {
        // when
        List<Selector> selectors = Selector.of(
                "sum by (le) (rate(barnabas_a_total{state=\"on\",instance=~\"$instance\"}[5m])) / barnabas_b > 0");
        // then
        assertThat(selectors)
                .containsExactly(
                        new Selector("barnabas_a_total", Map.of("state", "\\Qon\\E", "instance", ".*")),
                        new Selector("barnabas_b", Map.of()));
    }
}
