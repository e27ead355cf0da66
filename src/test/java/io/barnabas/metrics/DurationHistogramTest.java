package io.barnabas.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.metrics.Tag;
import org.junit.jupiter.api.Test;

class DurationHistogramTest {
    private final RecordedExposition shown = new RecordedExposition();
    private final DurationHistogram histogram =
            DurationHistogram.shown(shown, "wait_seconds", "help", new Tag("way", "in"));

    private double upTo(String bound) {
        return shown.value("wait_seconds_bucket{le=" + bound + ",way=in}");
    }

    @Test
    void countsInEveryBucketFromTheFirstThatHoldsTheValue() {
        // when
        histogram.add(TimeUnit.MILLISECONDS.toNanos(5));
        histogram.add(TimeUnit.MILLISECONDS.toNanos(5) + 1);
        histogram.add(TimeUnit.MINUTES.toNanos(5));
        // then
        assertThat(upTo("0.0025")).isZero();
        assertThat(upTo("0.005")).isEqualTo(1);
        assertThat(upTo("0.01")).isEqualTo(2);
        assertThat(upTo("30")).isEqualTo(2);
        assertThat(upTo("+Inf")).isEqualTo(3);
    }

    @Test
    void addsUpSecondsAndCounts() {
        // when
        histogram.add(TimeUnit.MILLISECONDS.toNanos(250));
        histogram.add(TimeUnit.MILLISECONDS.toNanos(1_750));
        // then
        assertThat(shown.value("wait_seconds_sum{way=in}")).isEqualTo(2.0);
        assertThat(shown.value("wait_seconds_count{way=in}")).isEqualTo(2);
    }

    @Test
    void writesBoundsAsPlainNumbers() {
        assertThat(shown.of("wait_seconds_bucket").keySet())
                .contains("wait_seconds_bucket{le=0.0005,way=in}", "wait_seconds_bucket{le=10,way=in}")
                .noneMatch(key -> key.contains("E"));
    }

    @Test
    void takesAClockThatGoesBackForNoTime() {
        // when
        histogram.add(-7);
        // then
        assertThat(shown.of("wait_seconds_sum")).isEqualTo(Map.of("wait_seconds_sum{way=in}", 0.0));
    }
}
