package io.barnabas.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.broker.ClientEvents.FrontEnd;
import io.barnabas.broker.ClientEvents.Protocol;
import io.barnabas.broker.ClientEvents.Wait;
import io.barnabas.record.ErrorCode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ClientMetricsTest {
    private final RecordedExposition shown = new RecordedExposition();
    private final TopicTable topics = new TopicTable(shown, 5);
    private final ClientMetrics metrics = new ClientMetrics(shown, topics);

    @Test
    void showsHowManyWaitForTheirAnswer() {
        // when
        metrics.produceBegan(Protocol.HTTP_JSON);
        metrics.produceBegan(Protocol.HTTP_JSON);
        metrics.produceEnded(Protocol.HTTP_JSON, 1_000);
        // then
        assertThat(shown.value("barnabas_acks_waiting{protocol=http_json}")).isEqualTo(1);
        assertThat(shown.value("barnabas_acks_waiting{protocol=websocket_json}"))
                .isZero();
        assertThat(shown.value("barnabas_produce_duration_seconds_count{protocol=http_json}"))
                .isEqualTo(1);
    }

    @Test
    void countsDeliveriesByProtocolAndByTopic() {
        // given
        topics.exist(new TreeSet<>(Set.of("t")));
        // when
        metrics.delivered(Protocol.WEBSOCKET_BINARY, "t", 3, 300);
        metrics.delivered(Protocol.HTTP_JSON, "t", 1, 10);
        // then
        assertThat(shown.value("barnabas_delivered_records_total{protocol=websocket_binary}"))
                .isEqualTo(3);
        assertThat(shown.value("barnabas_topic_delivered_bytes_total{topic=t}")).isEqualTo(310);
    }

    @Test
    void keepsFetchesThatMayWaitApart() {
        // when
        metrics.fetched(Protocol.HTTP_BATCHES, Wait.POLL, 1);
        metrics.fetched(Protocol.WEBSOCKET_JSON, Wait.PUSH, 1);
        // then
        assertThat(shown.value("barnabas_fetch_duration_seconds_count{protocol=http_batches,wait=poll}"))
                .isEqualTo(1);
        assertThat(shown.value("barnabas_fetch_duration_seconds_count{protocol=http_batches,wait=none}"))
                .isZero();
        assertThat(shown.value("barnabas_fetch_duration_seconds_count{protocol=websocket_json,wait=push}"))
                .isEqualTo(1);
    }

    @Test
    void hasASeriesForEveryErrorFromTheStart() {
        // when
        metrics.rejected(FrontEnd.HTTP, ErrorCode.DISK_FULL);
        // then
        assertThat(shown.of("barnabas_rejected_requests_total")).hasSize(2 * ErrorCode.values().length);
        assertThat(shown.value("barnabas_rejected_requests_total{error=disk_full,front_end=http}"))
                .isEqualTo(1);
    }

    @Test
    void showsWhoStarvesAndHowOftenItHappened() {
        // when
        metrics.starvationBegan();
        metrics.starvationEnded();
        metrics.starvationBegan();
        // then
        assertThat(shown.value("barnabas_websocket_credit_starved")).isEqualTo(1);
        assertThat(shown.value("barnabas_websocket_credit_starvations_total")).isEqualTo(2);
    }
}
