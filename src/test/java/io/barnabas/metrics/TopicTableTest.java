package io.barnabas.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metrics.TopicTable.Size;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TopicTableTest {
    private final RecordedExposition shown = new RecordedExposition();
    private final TopicTable table = new TopicTable(shown, 2);

    private static Set<String> topics(String... names) {
        return new TreeSet<>(Set.of(names));
    }

    @Test
    void givesTopicsBeyondTheLimitOneSeriesTogether() {
        // given
        table.exist(topics("a", "b", "c", "d"));
        // when
        table.of("a").appendedRecords.add(1);
        table.of("c").appendedRecords.add(10);
        table.of("d").appendedRecords.add(100);
        // then
        assertThat(shown.of("barnabas_topic_appended_records_total"))
                .isEqualTo(Map.of(
                        "barnabas_topic_appended_records_total{topic=_other}", 110.0,
                        "barnabas_topic_appended_records_total{topic=a}", 1.0,
                        "barnabas_topic_appended_records_total{topic=b}", 0.0));
    }

    @Test
    void givesThePlaceOfATopicThatWentToAnother() {
        // given
        table.exist(topics("a", "b", "c"));
        // when
        table.exist(topics("b", "c"));
        // then
        assertThat(shown.of("barnabas_topic_segments").keySet())
                .containsExactly(
                        "barnabas_topic_segments{topic=_other}",
                        "barnabas_topic_segments{topic=b}",
                        "barnabas_topic_segments{topic=c}");
    }

    @Test
    void addsUpSizesOfTopicsWithoutSeriesAndForgetsThoseThatAreGone() {
        // given
        table.exist(topics("a", "b"));
        table.sizes(Map.of("a", new Size(2, 20), "x", new Size(1, 5), "y", new Size(1, 6)));
        // when
        double others = shown.value("barnabas_topic_size_bytes{topic=_other}");
        table.sizes(Map.of("b", new Size(1, 7)));
        // then
        assertThat(others).isEqualTo(11);
        assertThat(shown.of("barnabas_topic_size_bytes"))
                .isEqualTo(Map.of(
                        "barnabas_topic_size_bytes{topic=_other}", 0.0,
                        "barnabas_topic_size_bytes{topic=a}", 0.0,
                        "barnabas_topic_size_bytes{topic=b}", 7.0));
    }
}
