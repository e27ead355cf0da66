package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnClassesTest {
    @Test
    void findsTheClassesOfEveryPackage() {
        // when
        int loaded = new OwnClasses(OwnClasses.class.getClassLoader()).load();
        // then
        assertThat(loaded).isGreaterThan(100);
    }
}
