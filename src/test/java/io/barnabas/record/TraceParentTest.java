package io.barnabas.record;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00f067aa0ba902b7";

    @Test
    void readsTheExampleOfTheRecommendation() {
        // when
        TraceParent trace =
                TraceParent.parse("00-" + TRACE + "-" + PARENT + "-01").orElseThrow();
        // then
        assertThat(trace).isEqualTo(new TraceParent(TRACE, PARENT, true));
        assertThat(new String(trace.header().value(), US_ASCII)).isEqualTo("00-" + TRACE + "-" + PARENT + "-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
                "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
                "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
                "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"
            })
    void ignoresWhatIsNotValid(String value) {
        assertThat(TraceParent.parse(value)).isEmpty();
    }

    @Test
    void readsALaterVersionByTheFieldsThatItKnows() {
        assertThat(TraceParent.parse("01-" + TRACE + "-" + PARENT + "-03-what-comes-then"))
                .map(TraceParent::text)
                .contains("00-" + TRACE + "-" + PARENT + "-01");
    }

    @Test
    void ignoresAHeaderThatIsGivenTwiceOrNotAtAll() {
        // given
        String valid = "00-" + TRACE + "-" + PARENT + "-01";
        // then
        assertThat(TraceParent.parse(List.of(valid, valid))).isEmpty();
        assertThat(TraceParent.parse(List.of())).isEmpty();
        assertThat(TraceParent.parse((List<String>) null)).isEmpty();
        assertThat(TraceParent.parse(List.of(valid))).isPresent();
    }

    @Test
    void looksAtNoMoreThanIsReasonable() {
        assertThat(TraceParent.parse("01-" + TRACE + "-" + PARENT + "-01-" + "x".repeat(10_000)))
                .isEmpty();
    }

    @Provide
    Arbitrary<TraceParent> traces() {
        Arbitrary<String> digits =
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(31).map(rest -> "7" + rest);
        return Combinators.combine(digits, digits, Arbitraries.of(true, false))
                .as((trace, parent, sampled) -> new TraceParent(trace, parent.substring(0, 16), sampled));
    }

    @Property
    void readsWhatItWrites(@ForAll("traces") TraceParent trace) {
        assertThat(TraceParent.parse(trace.text())).contains(trace);
    }

    @Property
    void neverFailsAndNeverMakesSomethingUpFromAnyText(@ForAll String text) {
        // when
        Optional<TraceParent> trace = TraceParent.parse(text);
        // then
        trace.ifPresent(read -> assertThat(text).contains(read.traceId(), read.parentId()));
    }
}
