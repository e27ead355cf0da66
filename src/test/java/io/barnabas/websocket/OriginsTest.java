package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {
    private final Origins origins = new Origins(List.of("https://app.example.com"));

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, broker:8080, true",
        "HTTPS://App.Example.com/, broker:8080, true",
        "http://app.example.com, broker:8080, false",
        "http://broker:8080, broker:8080, true",
        "http://broker:80, broker, true",
        "https://broker, broker:443, true",
        "http://broker:8081, broker:8080, false",
        "https://evil.example, broker:8080, false",
        "null, broker:8080, false",
        "http://broker:8080@evil.example, broker:8080, false",
        "file://broker:8080, broker:8080, false",
        "::, broker, false",
    })
    void allowsItsOwnPagesAndThoseListed(String origin, String host, boolean allowed) {
        assertThat(origins.allow(origin, host)).isEqualTo(allowed);
    }

    @Test
    void allowsClientsThatAreNoPages() {
        assertThat(origins.allow(null, null)).isTrue();
    }

    @Test
    void allowsEveryPageWithAStar() {
        assertThat(new Origins(List.of("*")).allow("https://evil.example", "broker"))
                .isTrue();
    }
}
