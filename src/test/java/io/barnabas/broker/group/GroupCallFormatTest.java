package io.barnabas.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.barnabas.group.GroupCoordinator.Assignment;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.GroupDescription;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.group.GroupCoordinator.MemberDescription;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GroupCallFormatTest {
    /** Draws values of every shape, the empty and the odd ones among them. */
    private record Draw(Random random) {
        String text() {
            return random.ints(random.nextInt(20), 1, 0xD000)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }

        Optional<String> optional() {
            return random.nextBoolean() ? Optional.of(text()) : Optional.empty();
        }

        Set<String> topics() {
            Set<String> topics = new HashSet<>();
            random.ints(random.nextInt(5), 0, 1_000).forEach(number -> topics.add("topic-" + number));
            return Set.copyOf(topics);
        }

        TopicPartition partition() {
            return new TopicPartition("topic-" + random.nextInt(9), random.nextInt(Integer.MAX_VALUE));
        }

        Set<TopicPartition> partitions() {
            Set<TopicPartition> partitions = new HashSet<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                partitions.add(partition());
            }
            return Set.copyOf(partitions);
        }

        Map<TopicPartition, CommittedOffset> offsets() {
            Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
            partitions().forEach(partition -> offsets.put(partition, new CommittedOffset(random.nextLong(), text())));
            return Map.copyOf(offsets);
        }

        List<GroupCall> calls() {
            JoinRequest request = new JoinRequest(
                    Optional.of(text()), random.nextBoolean(), text(), topics(), optional(), random.nextInt(), 7);
            return List.of(
                    new GroupCall.Join(random.nextLong(), random.nextLong(), text(), request),
                    new GroupCall.Released(text(), text(), partitions()),
                    new GroupCall.Heartbeat(random.nextLong(), text(), text()),
                    new GroupCall.Leave(text(), text()),
                    new GroupCall.Commit(
                            random.nextLong(), random.nextLong(), text(), text(), random.nextInt(), offsets()),
                    new GroupCall.AnonymousCommit(text(), offsets()),
                    new GroupCall.Committed(text(), partitions()),
                    new GroupCall.Describe(text()),
                    new GroupCall.Reset(text(), offsets()),
                    new GroupCall.Delete(text()),
                    new GroupCall.List(Set.of(random.nextInt(), 8)));
        }

        List<GroupNews> news() {
            return List.of(
                    news(new GroupNews.What.Assigned(new Assignment(random.nextInt(), partitions(), optional()))),
                    news(new GroupNews.What.Revoked(random.nextInt(), partitions())),
                    news(new GroupNews.What.Removed(ErrorCode.UNKNOWN_MEMBER, text())));
        }

        private GroupNews news(GroupNews.What what) {
            return new GroupNews(text(), text(), random.nextLong(), what);
        }
    }

    @Property(tries = 200)
    void callsComeOutAsTheyWentIn(@ForAll Random random) {
        for (GroupCall call : new Draw(random).calls()) {
            assertThat(GroupCallFormat.decode(GroupCallFormat.encode(call))).isEqualTo(call);
        }
    }

    @Property(tries = 200)
    void newsComesOutAsItWentIn(@ForAll Random random) {
        for (GroupNews news : new Draw(random).news()) {
            assertThat(GroupNews.decode(news.encode())).isEqualTo(news);
        }
    }

    @Property(tries = 200)
    void answersComeOutAsTheyWentIn(@ForAll Random random) {
        Draw draw = new Draw(random);
        Map<TopicPartition, CommittedOffset> offsets = draw.offsets();
        assertThat(GroupAnswers.offsets(GroupAnswers.offsets(offsets))).isEqualTo(offsets);
        List<GroupSummary> summaries =
                List.of(new GroupSummary(draw.text(), draw.text(), random.nextInt(), draw.topics()));
        assertThat(GroupAnswers.summaries(GroupAnswers.summaries(summaries))).isEqualTo(summaries);
        GroupDescription description = new GroupDescription(
                draw.text(),
                draw.text(),
                random.nextInt(),
                draw.text(),
                List.of(new MemberDescription(draw.text(), draw.text(), draw.topics(), draw.partitions())),
                offsets);
        assertThat(GroupAnswers.description(GroupAnswers.description(description)))
                .isEqualTo(description);
    }

    @Property(tries = 300)
    void whatWasCutOrTurnedIsRefusedAndNeverMisread(@ForAll Random random) {
        List<GroupCall> calls = new ArrayList<>(new Draw(random).calls());
        ByteBuffer bytes = GroupCallFormat.encode(calls.get(random.nextInt(calls.size())));
        ByteBuffer cut = bytes.slice(0, random.nextInt(bytes.remaining()));
        assertThatExceptionOfType(BarnabasException.class)
                .isThrownBy(() -> GroupCallFormat.decode(cut))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
        byte[] turned = bytesOf(bytes);
        turned[random.nextInt(turned.length)] ^= (byte) (1 + random.nextInt(255));
        try {
            GroupCallFormat.decode(ByteBuffer.wrap(turned));
        } catch (BarnabasException e) {
            assertThat(e.code().kind()).isEqualTo(ErrorCode.Kind.USER);
        }
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Test
    void aHeartbeatIsTheseBytes() {
        ByteBuffer bytes = GroupCallFormat.encode(new GroupCall.Heartbeat(258, "g", "m1"));
        assertThat(HexFormat.of().formatHex(bytesOf(bytes)))
                .isEqualTo("01" + "03" + "0000000000000102" + "0000000167" + "000000026d31");
    }
}
