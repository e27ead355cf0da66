package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.broker.BrokerSettings;
import io.barnabas.broker.consumer.ConsumerSettings;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.broker.format.RecordsLimits;
import io.barnabas.broker.peer.PeerSettings;
import io.barnabas.broker.subscription.SubscriptionSettings;
import io.barnabas.cluster.ClusterLimits;
import io.barnabas.group.GroupSettings;
import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.bookkeeper.BookKeeperSettings;
import io.barnabas.metrics.MetricsSettings;
import io.barnabas.rest.RestSettings;
import io.barnabas.websocket.WebSocketSettings;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class BarnabasSettingsTest {
    private final Properties file = new Properties();
    private final SettingsReader reader = new SettingsReader(name -> Optional.ofNullable(file.getProperty(name)));

    BarnabasSettingsTest() throws IOException {
        try (InputStream defaults = getClass().getResourceAsStream(SettingNames.DEFAULTS)) {
            file.load(defaults);
        }
    }

    @Test
    void everySettingOfTheFileIsReadAndEverySettingReadIsInTheFile() {
        // when
        BarnabasSettings.read(reader);
        // then
        assertThat(reader.read())
                .containsExactlyInAnyOrderElementsOf(file.stringPropertyNames().stream()
                        .filter(name -> name.startsWith("barnabas."))
                        .toList());
    }

    @Test
    void everySettingOfTheFileHasACommentBeforeIt() throws IOException {
        String text;
        try (InputStream defaults = getClass().getResourceAsStream(SettingNames.DEFAULTS)) {
            text = new String(defaults.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        List<String> lines = text.lines().toList();
        for (int line = 1; line < lines.size(); line++) {
            if (lines.get(line).startsWith("barnabas.")) {
                assertThat(lines.get(line - 1))
                        .as("line before " + lines.get(line))
                        .startsWith("#");
            }
        }
    }

    @Test
    void startsWithTheDefaults() {
        // when
        BarnabasSettings settings = BarnabasSettings.read(reader);
        // then
        assertThat(settings.dataDir()).isAbsolute().endsWithRaw(java.nio.file.Path.of("barnabas-data"));
        assertThat(settings.engine()).isEqualTo(BarnabasSettings.Engine.LOCAL);
        assertThat(settings.zookeeper()).isEqualTo(ZooKeeperSettings.DEFAULTS);
        assertThat(settings.limits()).isEqualTo(ClusterLimits.DEFAULT);
        assertThat(settings.log()).isEqualTo(EmbeddedLogSettings.DEFAULTS);
        assertThat(settings.bookkeeper()).isEqualTo(BookKeeperSettings.DEFAULTS);
        assertThat(settings.group()).isEqualTo(GroupSettings.DEFAULTS);
        assertThat(settings.broker()).isEqualTo(BrokerSettings.DEFAULTS);
        assertThat(settings.peer()).isEqualTo(PeerSettings.DEFAULTS);
        assertThat(settings.records()).isEqualTo(RecordsLimits.DEFAULT);
        assertThat(settings.json()).isEqualTo(JsonLimits.DEFAULT);
        assertThat(settings.consumer()).isEqualTo(ConsumerSettings.defaults());
        assertThat(settings.subscription()).isEqualTo(SubscriptionSettings.DEFAULTS);
        assertThat(settings.rest()).isEqualTo(RestSettings.defaults());
        assertThat(settings.webSocket()).isEqualTo(WebSocketSettings.DEFAULTS);
        assertThat(settings.health()).isEqualTo(HealthSettings.DEFAULTS);
        assertThat(settings.metrics()).isEqualTo(MetricsSettings.DEFAULTS);
    }

    @Test
    void refusesAnEngineThatThereIsNot() {
        file.setProperty("barnabas.engine", "tape");
        assertThatThrownBy(() -> BarnabasSettings.read(reader))
                .isInstanceOf(SettingsException.class)
                .hasMessage("barnabas.engine='tape': expected one of local, bookkeeper");
    }
}
