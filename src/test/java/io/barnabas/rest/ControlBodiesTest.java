package io.barnabas.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import io.barnabas.broker.Groups.ResetTarget;
import io.barnabas.broker.StartPosition;
import io.barnabas.broker.consumer.InstanceSettings;
import io.barnabas.broker.consumer.Subscription;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlBodiesTest {
    @Test
    void readsEveryTargetOfAReset() {
        assertThat(target("\"earliest\"")).isEqualTo(new ResetTarget.Earliest());
        assertThat(target("\"latest\"")).isEqualTo(new ResetTarget.Latest());
        assertThat(target("{\"offset\":7}")).isEqualTo(new ResetTarget.Offset(7));
        assertThat(target("{\"timestamp\":1000}")).isEqualTo(new ResetTarget.Timestamp(1000));
        assertThat(target("{\"timestamp\":\"1970-01-01T00:00:01Z\"}")).isEqualTo(new ResetTarget.Timestamp(1000));
        assertThat(target("{\"shift\":-10}")).isEqualTo(new ResetTarget.Shift(-10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "\"now\"",
                "7",
                "[]",
                "{}",
                "{\"offset\":-1}",
                "{\"offset\":1.5}",
                "{\"offset\":\"7\"}",
                "{\"timestamp\":\"yesterday\"}",
                "{\"offset\":1,\"shift\":2}",
                "{\"offset\":99999999999999999999}",
                "{\"where\":1}"
            })
    void refusesTargetsThatAreNone(String to) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> target(to))
                .withMessageContaining("to")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_FIELD));
    }

    @Test
    void dryRunIsOffUnlessAskedFor() {
        assertThat(read("{\"topic\":\"a\",\"to\":\"latest\"}", ResetBody.class).dryRun())
                .isFalse();
        assertThat(read("{\"topic\":\"a\",\"to\":\"latest\",\"dry_run\":true}", ResetBody.class)
                        .dryRun())
                .isTrue();
    }

    @Test
    void commitsOffsetsAsGiven() {
        // when
        OffsetsBody body = read(
                "{\"offsets\":[{\"topic\":\"a\",\"partition\":1,\"offset\":8,\"metadata\":\"m\"}]}", OffsetsBody.class);
        // then
        assertThat(body.commits()).containsOnly(entry(new TopicPartition("a", 1), new CommittedOffset(8, "m")));
    }

    @Test
    void seeksByOffsetAndByTime() {
        // when
        OffsetsBody body = read(
                "{\"offsets\":[{\"topic\":\"a\",\"partition\":0,\"offset\":8}],"
                        + "\"timestamps\":[{\"topic\":\"a\",\"partition\":1,\"timestamp\":\"1970-01-01T00:00:02Z\"}]}",
                OffsetsBody.class);
        // then
        assertThat(body.positions())
                .containsOnly(
                        entry(new TopicPartition("a", 0), new StartPosition.Offset(8)),
                        entry(new TopicPartition("a", 1), new StartPosition.Timestamp(2_000)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"offsets\":[{\"partition\":1,\"offset\":8}]} | 'offsets[0].topic' is missing",
                "{\"offsets\":[{\"topic\":\"a\",\"offset\":8}]} | 'offsets[0].partition' is missing",
                "{\"offsets\":[{\"topic\":\"a\",\"partition\":1}]} | 'offsets[0].offset' is missing",
                "{\"offsets\":[{\"topic\":\"a\",\"partition\":1,\"offset\":-8}]} | 'offsets[0].offset' must not be negative",
                "{\"offsets\":[null]} | 'offsets[0]' must be an object",
                "{} | 'offsets' is missing",
                "{\"offsets\":[],\"timestamps\":[]} | 'timestamps' cannot be committed",
                "{\"offsets\":[{\"topic\":\"a\",\"partition\":1,\"offset\":8},{\"topic\":\"a\",\"partition\":1,\"offset\":9}]}"
                        + " | 'offsets[1]' names a partition a second time",
            })
    void namesWhatIsWrongWithACommit(String json, String part) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> read(json, OffsetsBody.class).commits())
                .withMessageContaining(part);
    }

    @Test
    void anEmptyListOfTopicsEndsASubscription() {
        assertThat(read("{\"topics\":[]}", SubscriptionBody.class).ends()).isTrue();
        assertThat(read("{\"topics\":[\"a\"]}", SubscriptionBody.class).subscription())
                .isEqualTo(new Subscription.Topics(Set.of("a")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"topics\":[\"a\"],\"topic_pattern\":\"b\"} | SUBSCRIPTION_CONFLICT",
                "{} | INVALID_FIELD",
                "{\"topics\":[\"a/b\"]} | INVALID_NAME",
                "{\"topics\":[null]} | INVALID_NAME",
                "{\"topic_pattern\":\"(\"} | INVALID_FIELD",
            })
    void refusesSubscriptionsThatAreNone(String json, ErrorCode code) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> read(json, SubscriptionBody.class).subscription())
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void readsInstanceSettingsOfBothDialects() {
        // given
        InstanceBody body = read(
                "{\"name\":\"c\",\"format\":\"json\",\"auto.offset.reset\":\"earliest\",\"auto.commit.enable\":\"false\","
                        + "\"fetch.min.bytes\":512,\"consumer.request.timeout.ms\":30000}",
                InstanceBody.class);
        // when
        InstanceSettings settings = InstanceSettings.of(body.values());
        // then
        assertThat(settings.name()).hasValue("c");
        assertThat(settings.autoCommit()).isFalse();
        assertThat(settings.earliest()).isTrue();
        assertThat(settings.minBytes()).isEqualTo(512);
        assertThat(settings.requestTimeoutMs()).hasValue(30_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"nome\":\"c\"} | INVALID_FIELD | 'nome'",
                "{\"name\":7} | INVALID_CONSUMER_CONFIGURATION | 'name'",
                "{\"name\":\"a b\"} | INVALID_NAME | position 1",
                "{\"format\":\"avro\"} | INVALID_CONSUMER_CONFIGURATION | 'format'",
                "{\"auto.offset.reset\":\"middle\"} | INVALID_CONSUMER_CONFIGURATION | 'auto.offset.reset'",
                "{\"enable.auto.commit\":\"maybe\"} | INVALID_CONSUMER_CONFIGURATION | 'enable.auto.commit'",
                "{\"enable.auto.commit\":true,\"auto.commit.enable\":\"false\"} | INVALID_CONSUMER_CONFIGURATION | contradict",
                "{\"fetch.min.bytes\":1.5} | INVALID_CONSUMER_CONFIGURATION | 'fetch.min.bytes'",
                "{\"session.timeout.ms\":[]} | INVALID_CONSUMER_CONFIGURATION | 'session.timeout.ms'",
                "{\"assignor\":\"best\"} | INVALID_CONSUMER_CONFIGURATION | 'assignor'",
                "[] | INVALID_FIELD | must be an object",
            })
    void namesWhatIsWrongWithAnInstance(String json, ErrorCode code, String part) {
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(
                        () -> InstanceSettings.of(read(json, InstanceBody.class).values()))
                .withMessageContaining(part)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private static ResetTarget target(String to) {
        return read("{\"topic\":\"a\",\"to\":" + to + "}", ResetBody.class).target();
    }

    private static <T> T read(String json, Class<T> type) {
        return ControlJson.read(json.getBytes(UTF_8), type);
    }
}
