package io.barnabas.rest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallerTest {
    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a b", "a=b", "a\"b", "a\u0000b", "a\u2028b"})
    void letsNoTextBreakOrForgeALine(String text) {
        assertThat(Caller.safe(text)).isEqualTo("a_b");
    }

    @Test
    void leavesAddressesAndNamesAsTheyAre() {
        assertThat(Caller.safe("10.0.0.1,[2001:db8::1]:80,orders-0.x_y"))
                .isEqualTo("10.0.0.1,[2001:db8::1]:80,orders-0.x_y");
        assertThat(Caller.safe("")).isEqualTo("-");
        assertThat(Caller.safe("x".repeat(1_000))).hasSize(128);
    }
}
