package io.barnabas.broker.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConsumerCallFormatTest {
    private static final TopicPartition P0 = new TopicPartition("orders", 0);
    private static final TopicPartition P1 = new TopicPartition("orders", 1);

    static List<ConsumerCall> calls() {
        InstanceSettings settings = InstanceSettings.of(Map.of(
                "name",
                "c1",
                "format",
                "json",
                "session.timeout.ms",
                "9000",
                "assignor",
                "sticky",
                "fetch.min.bytes",
                7));
        return List.of(
                new ConsumerCall.Create("g", settings),
                new ConsumerCall.Delete("g", "c1"),
                new ConsumerCall.Subscribe("g", "c1", new Subscription.Topics(Set.of("orders", "bills"))),
                new ConsumerCall.Subscribe("g", "c1", new Subscription.Pattern(TopicPattern.of("ord.*"))),
                new ConsumerCall.Subscribe("g", "c1", new Subscription.Assigned(Set.of(P0, P1))),
                new ConsumerCall.Subscribed("g", "c1"),
                new ConsumerCall.Unsubscribe("g", "c1"),
                new ConsumerCall.Assign("g", "c1", Set.of(P0, P1)),
                new ConsumerCall.Assigned("g", "c1"),
                new ConsumerCall.Poll("g", "c1", OptionalInt.empty(), 1 << 20, Map.of()),
                new ConsumerCall.Poll("g", "c1", OptionalInt.of(0), 1, Map.of()),
                new ConsumerCall.Commit("g", "c1", Optional.empty()),
                new ConsumerCall.Commit("g", "c1", Optional.of(Map.of())),
                new ConsumerCall.Commit("g", "c1", Optional.of(Map.of(P0, new CommittedOffset(7, "nöte")))),
                new ConsumerCall.Seek(
                        "g",
                        "c1",
                        Map.of(P0, new StartPosition.Timestamp(1_700_000_000_000L), P1, new StartPosition.Latest())),
                new ConsumerCall.Seek("g", "c1", Map.of(P0, new StartPosition.Offset(3))),
                new ConsumerCall.Seek("g", "c1", Map.of(P0, new StartPosition.Earliest())),
                new ConsumerCall.Heartbeat("g", "c1"),
                new ConsumerCall.HandedOver(Long.MAX_VALUE, Map.of(P0, 9L)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void callsComeOutAsTheyWentIn(ConsumerCall call) {
        assertThat(ConsumerCallFormat.decode(ConsumerCallFormat.encode(call))).isEqualTo(call);
    }

    @Test
    void refusalsKeepCodeAndMessage() {
        // given
        BarnabasException refusal = new BarnabasException(ErrorCode.NOT_ACCEPTABLE, "ask for json");
        ConsumerCall call = new ConsumerCall.Poll("g", "c1", OptionalInt.empty(), 1, Map.of("json", refusal));
        // when
        ConsumerCall.Poll read = (ConsumerCall.Poll) ConsumerCallFormat.decode(ConsumerCallFormat.encode(call));
        // then
        assertThat(read.refusals().get("json").code()).isEqualTo(ErrorCode.NOT_ACCEPTABLE);
        assertThat(read.refusals().get("json")).hasMessage("ask for json");
    }

    @Property(tries = 300)
    void whatWasCutIsRefused(@ForAll Random random) {
        List<ConsumerCall> calls = calls();
        ByteBuffer bytes = ConsumerCallFormat.encode(calls.get(random.nextInt(calls.size())));
        ByteBuffer cut = bytes.slice(0, random.nextInt(bytes.remaining()));
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> ConsumerCallFormat.decode(cut))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
    }

    @Property(tries = 100)
    void answersWithRecordsComeOutAsTheyWentIn(@ForAll Random random) {
        // given
        List<Polled.Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            byte[] bytes = new byte[random.nextInt(2_000)];
            random.nextBytes(bytes);
            chunks.add(new Polled.Chunk(new TopicPartition("orders", i), random.nextLong(), ByteBuffer.wrap(bytes)));
        }
        InstanceSettings settings = InstanceSettings.of(Map.of("format", "text"));
        AtomicReference<String> told = new AtomicReference<>();
        // when
        Polled read = ConsumerAnswers.polled(
                ConsumerAnswers.polled(7, new Polled(settings, chunks, any -> {})),
                (token, next) -> told.set(token + " " + next));
        read.handedOver(Map.of(P0, 3L));
        // then
        assertThat(read.settings()).isEqualTo(settings);
        assertThat(read.chunks()).isEqualTo(chunks);
        assertThat(told).hasValue("7 {orders-0=3}");
    }

    @Test
    void otherAnswersComeOutAsTheyWentIn() {
        Assignments assignments = new Assignments(Set.of(P0), 3, Optional.of("why"));
        assertThat(ConsumerAnswers.assignments(ConsumerAnswers.assignments(assignments)))
                .isEqualTo(assignments);
        assertThat(ConsumerAnswers.name(ConsumerAnswers.name("c1"))).isEqualTo("c1");
        assertThat(ConsumerAnswers.nothing(ConsumerAnswers.nothing())).isNull();
        Subscription none = new Subscription.None();
        assertThat(ConsumerAnswers.subscription(ConsumerAnswers.subscription(none)))
                .isEqualTo(none);
    }
}
