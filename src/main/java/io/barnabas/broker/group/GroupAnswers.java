package io.barnabas.broker.group;

import io.barnabas.group.FieldReader;
import io.barnabas.group.FieldWriter;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.GroupDescription;
import io.barnabas.group.GroupCoordinator.GroupSummary;
import io.barnabas.group.GroupCoordinator.Joined;
import io.barnabas.group.GroupCoordinator.MemberDescription;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How answers to {@link GroupCall}s go over the wire; fields as in {@link GroupCallFormat}. Which one it is follows from
 * the call.
 *
 * <pre>
 * int8 version (1), then
 *   joined       text memberId
 *   nothing
 *   offsets      [offset]
 *   summaries    [text group, text state, int32 memberCount, [text] topics]
 *   description  text group, text state, int32 generation, text assignor,
 *                [text memberId, text clientId, [text] topics, [partition]] members, [offset]
 * </pre>
 *
 * <p>Failures travel as the transport's own.
 */
final class GroupAnswers {
    private GroupAnswers() {}

    static ByteBuffer nothing() {
        return done(start());
    }

    static Void nothing(ByteBuffer answer) {
        read(answer).requireEnd();
        return null;
    }

    static ByteBuffer joined(Joined joined) {
        return done(start().text(joined.memberId()));
    }

    static Joined joined(ByteBuffer answer) {
        FieldReader from = read(answer);
        Joined joined = new Joined(from.text());
        from.requireEnd();
        return joined;
    }

    static ByteBuffer offsets(Map<TopicPartition, CommittedOffset> offsets) {
        return done(GroupCallFormat.offsets(start(), offsets));
    }

    static Map<TopicPartition, CommittedOffset> offsets(ByteBuffer answer) {
        FieldReader from = read(answer);
        Map<TopicPartition, CommittedOffset> offsets = GroupCallFormat.offsets(from);
        from.requireEnd();
        return offsets;
    }

    static ByteBuffer summaries(List<GroupSummary> summaries) {
        return done(start().list(summaries, (to, one) -> to.text(one.group())
                .text(one.state())
                .int32(one.memberCount())
                .list(new TreeSet<>(one.topics()), FieldWriter::text)));
    }

    static List<GroupSummary> summaries(ByteBuffer answer) {
        FieldReader from = read(answer);
        List<GroupSummary> summaries = from.list(
                one -> new GroupSummary(one.text(), one.text(), one.int32(), Set.copyOf(one.list(FieldReader::text))));
        from.requireEnd();
        return summaries;
    }

    static ByteBuffer description(GroupDescription group) {
        FieldWriter to = start().text(group.group()).text(group.state()).int32(group.generation());
        to.text(group.assignor()).list(group.members(), (writer, member) -> {
            writer.text(member.memberId()).text(member.clientId());
            GroupCallFormat.partitions(
                    writer.list(new TreeSet<>(member.topics()), FieldWriter::text), member.partitions());
        });
        return done(GroupCallFormat.offsets(to, group.offsets()));
    }

    static GroupDescription description(ByteBuffer answer) {
        FieldReader from = read(answer);
        GroupDescription group = new GroupDescription(
                from.text(),
                from.text(),
                from.int32(),
                from.text(),
                from.list(one -> new MemberDescription(
                        one.text(),
                        one.text(),
                        Set.copyOf(one.list(FieldReader::text)),
                        GroupCallFormat.partitions(one))),
                GroupCallFormat.offsets(from));
        from.requireEnd();
        return group;
    }

    private static FieldWriter start() {
        return new FieldWriter().int8(GroupCallFormat.VERSION);
    }

    private static ByteBuffer done(FieldWriter answer) {
        return ByteBuffer.wrap(answer.bytes());
    }

    private static FieldReader read(ByteBuffer answer) {
        FieldReader from = new FieldReader(answer, ErrorCode.INTERNAL_ERROR, "the answer of a coordinator");
        GroupCallFormat.requireVersion(from.int8());
        return from;
    }
}
