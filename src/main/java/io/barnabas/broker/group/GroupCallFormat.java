package io.barnabas.broker.group;

import io.barnabas.group.FieldReader;
import io.barnabas.group.FieldWriter;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.JoinRequest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a {@link GroupCall} goes over the wire. Fields are those of {@link FieldWriter}; {@code partition} is text topic,
 * int32 number, and {@code offset} is partition, int64 next offset, text metadata.
 *
 * <pre>
 * int8 version (1), int8 operation, then by operation
 *    1 join       int64 session, int64 number, text group, text memberId, int8 mayBeNew, text clientId, [text] topics,
 *                 text? assignor, int32 sessionTimeoutMs, int32 rebalanceTimeoutMs
 *    2 released   text group, text memberId, [partition]
 *    3 heartbeat  int64 number, text group, text memberId
 *    4 leave      text group, text memberId
 *    5 commit     int64 number, int64 sequence, text group, text memberId, int32 generation, [offset]
 *    6 anonymous  text group, [offset]
 *    7 committed  text group, [partition]
 *    8 describe   text group
 *    9 reset      text group, [offset]
 *   10 delete     text group
 *   11 list       [int32] journal partitions
 * </pre>
 *
 * <p>Answers are in {@link GroupAnswers}. What cannot be read, a version or an operation that is not known among it, is
 * {@code MALFORMED_REQUEST}: nodes of one cluster differ by one release at most while they are being replaced.
 */
final class GroupCallFormat {
    static final byte VERSION = 1;

    private static final byte JOIN = 1;
    private static final byte RELEASED = 2;
    private static final byte HEARTBEAT = 3;
    private static final byte LEAVE = 4;
    private static final byte COMMIT = 5;
    private static final byte ANONYMOUS_COMMIT = 6;
    private static final byte COMMITTED = 7;
    private static final byte DESCRIBE = 8;
    private static final byte RESET = 9;
    private static final byte DELETE = 10;
    private static final byte LIST = 11;

    private GroupCallFormat() {}

    static ByteBuffer encode(GroupCall call) {
        FieldWriter to = new FieldWriter().int8(VERSION);
        if (call instanceof GroupCall.Join join) {
            write(to.int8(JOIN), join);
        } else if (call instanceof GroupCall.Released released) {
            to.int8(RELEASED).text(released.group()).text(released.memberId());
            partitions(to, released.partitions());
        } else if (call instanceof GroupCall.Heartbeat beat) {
            to.int8(HEARTBEAT).int64(beat.number()).text(beat.group()).text(beat.memberId());
        } else if (call instanceof GroupCall.Leave leave) {
            to.int8(LEAVE).text(leave.group()).text(leave.memberId());
        } else if (call instanceof GroupCall.Commit commit) {
            to.int8(COMMIT).int64(commit.number()).int64(commit.sequence()).text(commit.group());
            offsets(to.text(commit.memberId()).int32(commit.generation()), commit.offsets());
        } else if (call instanceof GroupCall.AnonymousCommit commit) {
            offsets(to.int8(ANONYMOUS_COMMIT).text(commit.group()), commit.offsets());
        } else if (call instanceof GroupCall.Committed committed) {
            partitions(to.int8(COMMITTED).text(committed.group()), committed.partitions());
        } else if (call instanceof GroupCall.Describe describe) {
            to.int8(DESCRIBE).text(describe.group());
        } else if (call instanceof GroupCall.Reset reset) {
            offsets(to.int8(RESET).text(reset.group()), reset.offsets());
        } else if (call instanceof GroupCall.Delete delete) {
            to.int8(DELETE).text(delete.group());
        } else if (call instanceof GroupCall.List list) {
            to.int8(LIST).list(new TreeSet<>(list.journalPartitions()), FieldWriter::int32);
        } else {
            throw new IllegalStateException("no format for " + call.getClass());
        }
        return ByteBuffer.wrap(to.bytes());
    }

    private static void write(FieldWriter to, GroupCall.Join join) {
        JoinRequest request = join.request();
        to.int64(join.session()).int64(join.number()).text(join.group());
        to.text(request.memberId().orElseThrow()).int8((byte) (request.mayBeNew() ? 1 : 0));
        to.text(request.clientId()).list(new TreeSet<>(request.topics()), FieldWriter::text);
        to.optionalText(request.assignor()).int32(request.sessionTimeoutMs()).int32(request.rebalanceTimeoutMs());
    }

    static GroupCall decode(ByteBuffer bytes) {
        FieldReader from = new FieldReader(bytes, ErrorCode.MALFORMED_REQUEST, "a call of a group from another node");
        requireVersion(from.int8());
        byte operation = from.int8();
        GroupCall call =
                switch (operation) {
                    case JOIN -> new GroupCall.Join(from.int64(), from.int64(), from.text(), joinRequest(from));
                    case RELEASED -> new GroupCall.Released(from.text(), from.text(), partitions(from));
                    case HEARTBEAT -> new GroupCall.Heartbeat(from.int64(), from.text(), from.text());
                    case LEAVE -> new GroupCall.Leave(from.text(), from.text());
                    case COMMIT ->
                        new GroupCall.Commit(
                                from.int64(), from.int64(), from.text(), from.text(), from.int32(), offsets(from));
                    case ANONYMOUS_COMMIT -> new GroupCall.AnonymousCommit(from.text(), offsets(from));
                    case COMMITTED -> new GroupCall.Committed(from.text(), partitions(from));
                    case DESCRIBE -> new GroupCall.Describe(from.text());
                    case RESET -> new GroupCall.Reset(from.text(), offsets(from));
                    case DELETE -> new GroupCall.Delete(from.text());
                    case LIST -> new GroupCall.List(new TreeSet<>(from.list(FieldReader::int32)));
                    default -> throw malformed("operation " + operation + " of a group is not known");
                };
        from.requireEnd();
        return call;
    }

    private static JoinRequest joinRequest(FieldReader from) {
        return new JoinRequest(
                Optional.of(from.text()),
                from.int8() != 0,
                from.text(),
                new TreeSet<>(from.list(FieldReader::text)),
                from.optionalText(),
                from.int32(),
                from.int32());
    }

    static void requireVersion(byte version) {
        if (version != VERSION) {
            throw malformed(
                    "version " + version + " of what nodes tell each other of groups is not known, only " + VERSION);
        }
    }

    static FieldWriter partitions(FieldWriter to, Set<TopicPartition> partitions) {
        return to.list(new TreeSet<>(partitions), (writer, one) -> writer.text(one.topic())
                .int32(one.partition()));
    }

    static Set<TopicPartition> partitions(FieldReader from) {
        return Set.copyOf(from.list(GroupCallFormat::partition));
    }

    static FieldWriter offsets(FieldWriter to, Map<TopicPartition, CommittedOffset> offsets) {
        return to.list(new TreeMap<>(offsets).entrySet(), (writer, one) -> writer.text(
                        one.getKey().topic())
                .int32(one.getKey().partition())
                .int64(one.getValue().offset())
                .text(one.getValue().metadata()));
    }

    static Map<TopicPartition, CommittedOffset> offsets(FieldReader from) {
        Map<TopicPartition, CommittedOffset> offsets = new TreeMap<>();
        from.list(reader -> offsets.put(partition(reader), new CommittedOffset(reader.int64(), reader.text())));
        return Map.copyOf(offsets);
    }

    private static TopicPartition partition(FieldReader from) {
        return new TopicPartition(from.text(), from.int32());
    }

    private static BarnabasException malformed(String message) {
        return new BarnabasException(ErrorCode.MALFORMED_REQUEST, message);
    }
}
