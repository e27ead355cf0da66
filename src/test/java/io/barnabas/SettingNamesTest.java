package io.barnabas;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingNamesTest {
    private final SettingNames names =
            new SettingNames(List.of("barnabas.data.dir", "barnabas.node.id", "barnabas.group.single-topic"));

    @Test
    void namesEachUnknownSettingWithItsNearest() {
        assertThatThrownBy(() -> names.refuseUnknown(
                        List.of("barnabas.data.dri", "barnabas.nodeid", "barnabas.node.id", "java.home"), Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessage("unknown setting barnabas.data.dri, did you mean barnabas.data.dir?; "
                        + "unknown setting barnabas.nodeid, did you mean barnabas.node.id?");
    }

    @Test
    void namesUnknownVariablesOfTheEnvironment() {
        assertThatThrownBy(() -> names.refuseUnknown(
                        List.of(), Map.of("BARNABAS_GROUP_SINGLETOPIC", "false", "BARNABAS_DATA_DIR", "/d")))
                .isInstanceOf(SettingsException.class)
                .hasMessage("unknown setting in environment BARNABAS_GROUP_SINGLETOPIC,"
                        + " did you mean BARNABAS_GROUP_SINGLE_TOPIC?");
    }

    @ParameterizedTest
    @CsvSource({
        "BARNABAS_SERVICE_HOST, 10.0.0.7",
        "BARNABAS_SERVICE_PORT, 8080",
        "BARNABAS_SERVICE_PORT_HTTP, 8080",
        "BARNABAS_PORT, tcp://10.0.0.7:8080",
        "BARNABAS_PORT_8080_TCP, tcp://10.0.0.7:8080",
        "BARNABAS_PORT_8080_TCP_ADDR, 10.0.0.7",
        "BARNABAS_HEADLESS_SERVICE_HOST, 10.0.0.7"
    })
    void passesOverAddressesThatKubernetesPutsThere(String name, String value) {
        assertThatCode(() -> names.refuseUnknown(List.of(), Map.of(name, value)))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesAPortThatIsNoAddress() {
        assertThatThrownBy(() -> names.refuseUnknown(List.of(), Map.of("BARNABAS_PORT", "8080")))
                .isInstanceOf(SettingsException.class);
    }
}
