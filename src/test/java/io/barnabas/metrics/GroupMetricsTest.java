package io.barnabas.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metrics.GroupMetrics.Observed;
import io.barnabas.record.TopicPartition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupMetricsTest {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);

    private final RecordedExposition shown = new RecordedExposition();
    private final GroupMetrics metrics = new GroupMetrics(shown, new MetricsSettings(10, 2, 3, 1_000));

    @Test
    void showsMembersAndLagsAndAddsUpWhatIsOverTheLimits() {
        // when
        metrics.refresh(List.of(
                new Observed("a", 1, Map.of(FIRST, 5L, SECOND, 6L)),
                new Observed("b", 2, Map.of(FIRST, 7L, SECOND, 8L)),
                new Observed("c", 3, Map.of(FIRST, 100L))));
        // then
        assertThat(shown.of("barnabas_group_members"))
                .isEqualTo(Map.of(
                        "barnabas_group_members{group=_other}", 3.0,
                        "barnabas_group_members{group=a}", 1.0,
                        "barnabas_group_members{group=b}", 2.0));
        assertThat(shown.of("barnabas_group_lag_records"))
                .isEqualTo(Map.of(
                        "barnabas_group_lag_records{group=_other,partition=_other,topic=_other}", 108.0,
                        "barnabas_group_lag_records{group=a,partition=0,topic=t}", 5.0,
                        "barnabas_group_lag_records{group=a,partition=1,topic=t}", 6.0,
                        "barnabas_group_lag_records{group=b,partition=0,topic=t}", 7.0));
        assertThat(shown.value("barnabas_groups")).isEqualTo(3);
    }

    @Test
    void takesSeriesAwayWithTheirGroup() {
        // given
        metrics.refresh(List.of(new Observed("a", 1, Map.of(FIRST, 5L)), new Observed("b", 1, Map.of(FIRST, 6L))));
        // when
        metrics.refresh(List.of(new Observed("b", 1, Map.of(FIRST, 4L)), new Observed("c", 1, Map.of())));
        // then
        assertThat(shown.of("barnabas_group_lag_records"))
                .isEqualTo(Map.of(
                        "barnabas_group_lag_records{group=_other,partition=_other,topic=_other}", 0.0,
                        "barnabas_group_lag_records{group=b,partition=0,topic=t}", 4.0));
        assertThat(shown.of("barnabas_group_members").keySet())
                .containsExactly(
                        "barnabas_group_members{group=_other}",
                        "barnabas_group_members{group=b}",
                        "barnabas_group_members{group=c}");
    }

    @Test
    void countsARebalanceOfAGroupThatNoRefreshHasSeen() {
        // when
        metrics.rebalanced("new", 1, 4);
        metrics.rebalanced("new", 2, 5);
        // then
        assertThat(shown.value("barnabas_group_rebalances_total{group=new}")).isEqualTo(2);
        assertThat(shown.value("barnabas_group_members{group=new}")).isEqualTo(5);
    }
}
