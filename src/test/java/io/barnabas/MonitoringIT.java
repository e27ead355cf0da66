package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.Http;
import io.barnabas.testing.Metrics;
import io.barnabas.testing.Monitoring;
import io.barnabas.testing.Monitoring.Selector;
import io.barnabas.testing.OnPayaraMicro;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever the dashboard and the alert rules ask for, a running server has. */
@OnPayaraMicro
class MonitoringIT {
    /** Labels that Prometheus adds to what it scrapes. */
    private static final Set<String> ADDED = Set.of("instance", "namespace", "job", "pod");

    private final Http http;

    MonitoringIT(Http http) {
        this.http = http;
    }

    @Test
    void everySeriesThatAnExpressionNamesIsThere() {
        // given
        Metrics metrics = Metrics.of(http);
        // then
        assertThat(Monitoring.expressions()).isNotEmpty().allSatisfy((where, expression) -> assertThat(
                        Selector.of(expression))
                .as(where)
                .isNotEmpty()
                .allSatisfy(
                        selector -> assertThat(metrics.series(selector.name()).keySet())
                                .as(selector.toString())
                                .anyMatch(labels -> fits(selector, labels))));
    }

    private static boolean fits(Selector selector, Map<String, String> labels) {
        return selector.labels().entrySet().stream()
                .filter(label -> !ADDED.contains(label.getKey()))
                .allMatch(label -> labels.containsKey(label.getKey())
                        && labels.get(label.getKey()).matches(label.getValue()));
    }
}
