package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {
    private final Map<String, String> values = new HashMap<>();
    private final SettingsReader settings = new SettingsReader(name -> Optional.ofNullable(values.get(name)));

    @ParameterizedTest
    @CsvSource({"1500, 1500", "1500ms, 1500", "30s, 30000", "5 m, 300000", "2h, 7200000", "7d, 604800000"})
    void readsDurations(String written, long expectedMs) {
        values.put("wait-ms", written);
        assertThat(settings.durationMs("wait-ms", 0, Long.MAX_VALUE)).isEqualTo(expectedMs);
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "100B, 100", "512KiB, 524288", "64 MiB, 67108864", "1GiB, 1073741824"})
    void readsSizes(String written, long expected) {
        values.put("size", written);
        assertThat(settings.bytes("size", 0, Long.MAX_VALUE)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "11", "3.5", "many", "99999999999999999999", "1,0"})
    void refusesAnIntegerThatIsNone(String written) {
        values.put("count", written);
        assertThatThrownBy(() -> settings.integer("count", 0, 10))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("count");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-5", "5 weeks", "ms", "9999999999999999d", "2MiB"})
    void refusesADurationThatIsNone(String written) {
        values.put("wait-ms", written);
        refused(reader -> reader.durationMs("wait-ms", 0, Long.MAX_VALUE), "wait-ms='" + written + "': expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1MB", "1mib", "-1", "99999999999GiB"})
    void refusesASizeThatIsNone(String written) {
        values.put("size", written);
        refused(reader -> reader.bytes("size", 0, Long.MAX_VALUE), "size='" + written + "': expected");
    }

    @Test
    void takesBothEndsOfARangeAndNothingBeyond() {
        values.putAll(Map.of("least", "1", "most", "10", "below", "0", "above", "11"));
        assertThat(settings.integer("least", 1, 10)).isEqualTo(1);
        assertThat(settings.integer("most", 1, 10)).isEqualTo(10);
        refused(reader -> reader.integer("below", 1, 10), "below='0': expected a whole number from 1 to 10");
        refused(reader -> reader.integer("above", 1, 10), "above='11'");
    }

    @Test
    void refusesABooleanThatIsNone() {
        values.putAll(Map.of("on", "TRUE", "off", "false", "neither", "yes"));
        assertThat(settings.bool("on")).isTrue();
        assertThat(settings.bool("off")).isFalse();
        refused(reader -> reader.bool("neither"), "neither='yes': expected true or false");
    }

    @Test
    void refusesANumberThatIsNone() {
        values.putAll(Map.of("ratio", "0.5", "nan", "NaN", "big", "1.5"));
        assertThat(settings.number("ratio", 0, 1)).isEqualTo(0.5);
        refused(reader -> reader.number("nan", 0, 1), "nan='NaN'");
        refused(reader -> reader.number("big", 0, 1), "big='1.5'");
    }

    @Test
    void readsAListWithoutBlanksAndEmptyParts() {
        values.put("origins", " http://a , ,http://b,");
        assertThat(settings.list("origins")).containsExactly("http://a", "http://b");
        assertThat(settings.list("absent")).isEmpty();
    }

    @Test
    void readsAConstantByItsWrittenName() {
        values.putAll(Map.of("exit", "auto", "wrong", "sometimes"));
        assertThat(settings.oneOf("exit", BarnabasSettings.ExitOnFailure.class))
                .isEqualTo(BarnabasSettings.ExitOnFailure.AUTO);
        refused(
                reader -> reader.oneOf("wrong", BarnabasSettings.ExitOnFailure.class),
                "wrong='sometimes': expected one of auto, always, never");
    }

    @Test
    void takesAnEmptyUrlForNoneAndRefusesOneWithoutHost() {
        values.putAll(Map.of("url", "http://node-0:8080", "empty", " ", "wrong", "node-0:8080"));
        assertThat(settings.optionalHttpUrl("url")).contains(URI.create("http://node-0:8080"));
        assertThat(settings.optionalHttpUrl("empty")).isEmpty();
        refused(reader -> reader.optionalHttpUrl("wrong"), "wrong='node-0:8080': expected a URL");
    }

    private void refused(Consumer<SettingsReader> reading, String message) {
        assertThatThrownBy(() -> reading.accept(settings))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(message);
    }
}
