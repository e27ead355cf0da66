package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.Http.Answer;
import io.barnabas.testing.OnPayaraMicro;
import org.junit.jupiter.api.Test;

/** The page at / and the documents it links. */
@OnPayaraMicro
class HomeIT {
    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private final Http http;

    HomeIT(Http http) {
        this.http = http;
    }

    @Test
    void showsABrowserAPageThatMayLoadNothing() {
        // when
        Answer page = http.get("", BROWSER).expect(200);
        // then
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'none'");
        assertThat(page.text()).contains("<h1>Barnabas", "href=\"asyncapi\"", "href=\"metrics\"");
    }

    @Test
    void tellsEverybodyElseTheSameAsJson() {
        // given
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\": \"home-it\", \"partitions_count\": 2}")
                .expect(201);
        http.post("topics/home-it/partitions/1", Http.JSON, "{\"records\": [{\"value\": 1}]}")
                .expect(200);
        // when
        JsonNode home = http.get("", "*/*").expect(200).json();
        // then
        assertThat(home.path("ready").asBoolean()).isTrue();
        assertThat(home.path("phase").asText()).isEqualTo("serving");
        assertThat(home.path("version").asText()).matches("\\d+\\..*");
        assertThat(home.path("uptime_ms").asLong()).isPositive();
        for (JsonNode topic : home.path("topics")) {
            if (topic.path("name").asText().equals("home-it")) {
                assertThat(topic.path("here").asInt()).isEqualTo(2);
                assertThat(topic.path("records_here").asInt()).isEqualTo(1);
            }
        }
        assertThat(home.path("topic_count").asInt()).isPositive();
    }

    @Test
    void everyLinkLeadsSomewhere() {
        // when
        JsonNode links = http.get("", "application/json").expect(200).json().path("links");
        // then
        assertThat(links).isNotEmpty().allSatisfy(link -> http.get(link.asText())
                .expect(200));
    }

    @Test
    void servesTheFramesOfTheSocketInYamlAndJson() {
        // when
        Answer yaml = http.get("asyncapi").expect(200);
        Answer json = http.get("asyncapi", "application/json").expect(200);
        // then
        assertThat(yaml.text()).startsWith("asyncapi: 3.0.0");
        assertThat(yaml.header("Content-Type")).startsWith("application/yaml");
        assertThat(json.json().at("/channels/socket/address").asText()).isEqualTo("/ws");
    }
}
