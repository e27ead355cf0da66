package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.Http;
import io.barnabas.testing.Http.Answer;
import io.barnabas.testing.OnPayaraMicro;
import org.junit.jupiter.api.Test;

@OnPayaraMicro
class HealthIT {
    private final Http http;

    HealthIT(Http http) {
        this.http = http;
    }

    @Test
    void tellsThatTheNodeHasStartedWithData() {
        // when
        Answer answer = http.get("health/started").expect(200);
        // then
        assertThat(answer.json().at("/checks/0/name").asText()).isEqualTo("barnabas-started");
        assertThat(answer.json().at("/checks/0/data/phase").asText()).isEqualTo("SERVING");
    }

    @Test
    void tellsThatTheNodeLives() {
        // when
        Answer answer = http.get("health/live").expect(200);
        // then
        assertThat(answer.json().at("/status").asText()).isEqualTo("UP");
    }
}
