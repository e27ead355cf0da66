package io.barnabas.group;

import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.group.GroupCoordinator.ConsumerInstance;
import io.barnabas.group.JournalRecord.GroupChanged;
import io.barnabas.group.JournalRecord.GroupRemoved;
import io.barnabas.group.JournalRecord.InstanceChanged;
import io.barnabas.group.JournalRecord.InstanceRemoved;
import io.barnabas.group.JournalRecord.MemberChanged;
import io.barnabas.group.JournalRecord.MemberRemoved;
import io.barnabas.group.JournalRecord.OffsetChanged;
import io.barnabas.group.JournalRecord.OffsetRemoved;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How journal records are keys and values. Big-endian; {@code text} is an int32 count of bytes and so much UTF-8,
 * {@code T?} a byte 0 or 1 and then the T if it is 1, {@code [T]} an int32 count and so many T. Sets and maps are in
 * order, so equal states have equal bytes.
 *
 * <pre>
 * key:   int8 version (1), int8 kind, then by kind
 *        1 group     text group
 *        2 member    text group, text memberId
 *        3 offset    text group, text topic, int32 partition
 *        4 instance  text group, text name
 * value: null = the key's thing is gone; else int8 version (1; of a member with a home 2), then by kind
 *        1 group     int32 generation, text? assignor, text? boundTopic, int64 idleSinceMs (-1 = has members)
 *        2 member    int8 kind of member (0 = native), text clientId, int32 sessionTimeoutMs,
 *                    int32 rebalanceTimeoutMs, [text] topics, [text topic, int32 partition, int32 since] holdings;
 *                    from version 2 on: int32 home's node, text home's run
 *        3 offset    int64 next offset, text metadata
 *        4 instance  [text, text] settings, [text] topics, text? topicPattern, [text topic, int32 partition]
 *                    assignments, text? memberId, int64 idleTimeoutMs
 * </pre>
 *
 * <p>A member without a home is written as version 1, so that a node of the release before reads what is written while
 * it is in the cluster.
 *
 * <p>A version or kind that is not known fails with {@code CORRUPT_DATA} and says so: a journal that a newer release has
 * written must not be half understood.
 */
final class JournalFormat {
    static final byte VERSION = 1;

    /** Of a member's value, when it says where the member lives. */
    static final byte VERSION_WITH_HOME = 2;

    private static final byte GROUP = 1;
    private static final byte MEMBER = 2;
    private static final byte OFFSET = 3;
    private static final byte INSTANCE = 4;
    private static final byte NATIVE_MEMBER = 0;

    private JournalFormat() {}

    /** A record's bytes; a null value is a tombstone. Arrays are handed over, not copied. */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way to a batch, never compared
    record Encoded(byte[] key, byte[] value) {}

    static Encoded encode(JournalRecord record) {
        if (record instanceof GroupChanged changed) {
            return new Encoded(groupKey(changed.group()), value(changed.header()));
        } else if (record instanceof GroupRemoved removed) {
            return new Encoded(groupKey(removed.group()), null);
        } else if (record instanceof MemberChanged changed) {
            return new Encoded(memberKey(changed.group(), changed.member().memberId()), value(changed.member()));
        } else if (record instanceof MemberRemoved removed) {
            return new Encoded(memberKey(removed.group(), removed.memberId()), null);
        } else if (record instanceof OffsetChanged changed) {
            return new Encoded(offsetKey(changed.group(), changed.partition()), value(changed.offset()));
        } else if (record instanceof OffsetRemoved removed) {
            return new Encoded(offsetKey(removed.group(), removed.partition()), null);
        } else if (record instanceof InstanceChanged changed) {
            return new Encoded(instanceKey(changed.group(), changed.instance().name()), value(changed.instance()));
        } else if (record instanceof InstanceRemoved removed) {
            return new Encoded(instanceKey(removed.group(), removed.name()), null);
        }
        throw new IllegalStateException("no format for " + record.getClass());
    }

    /**
     * The record of a key and value, null being a tombstone.
     *
     * @throws BarnabasException {@code CORRUPT_DATA} for what this release cannot read
     */
    static JournalRecord decode(byte[] keyBytes, byte[] valueBytes) {
        FieldReader key = FieldReader.ofJournal(keyBytes, "key");
        requireVersion("key", key.int8(), VERSION);
        byte kind = key.int8();
        String group = key.text();
        JournalRecord record =
                switch (kind) {
                    case GROUP -> group(group, valueBytes);
                    case MEMBER -> member(group, key.text(), valueBytes);
                    case OFFSET -> offset(group, partition(key), valueBytes);
                    case INSTANCE -> instance(group, key.text(), valueBytes);
                    default -> throw corrupt("a key of kind " + kind + ", which this release does not know");
                };
        key.requireEnd();
        return record;
    }

    /** How many bytes an instance takes as a value. */
    static int sizeOf(ConsumerInstance instance) {
        return value(instance).length;
    }

    private static JournalRecord group(String group, byte[] bytes) {
        if (bytes == null) {
            return new GroupRemoved(group);
        }
        FieldReader value = value("group", bytes);
        GroupHeader header = new GroupHeader(value.int32(), value.optionalText(), value.optionalText(), value.int64());
        value.requireEnd();
        return new GroupChanged(group, header);
    }

    private static JournalRecord member(String group, String memberId, byte[] bytes) {
        if (bytes == null) {
            return new MemberRemoved(group, memberId);
        }
        FieldReader value = FieldReader.ofJournal(bytes, "member");
        byte version = requireVersion("member", value.int8(), VERSION_WITH_HOME);
        byte kind = value.int8();
        if (kind != NATIVE_MEMBER) {
            throw corrupt("a member of kind " + kind + ", which this release does not know");
        }
        String clientId = value.text();
        int sessionTimeoutMs = value.int32();
        int rebalanceTimeoutMs = value.int32();
        TreeSet<String> topics = new TreeSet<>(value.list(FieldReader::text));
        SortedMap<TopicPartition, Integer> holdings = new TreeMap<>();
        value.list(reader -> holdings.put(partition(reader), reader.int32()));
        Optional<Home> home =
                version == VERSION_WITH_HOME ? Optional.of(new Home(value.int32(), value.text())) : Optional.empty();
        value.requireEnd();
        return new MemberChanged(
                group, new Member(memberId, clientId, topics, sessionTimeoutMs, rebalanceTimeoutMs, home, holdings));
    }

    private static JournalRecord offset(String group, TopicPartition partition, byte[] bytes) {
        if (bytes == null) {
            return new OffsetRemoved(group, partition);
        }
        FieldReader value = value("offset", bytes);
        CommittedOffset offset = new CommittedOffset(value.int64(), value.text());
        value.requireEnd();
        return new OffsetChanged(group, partition, offset);
    }

    private static JournalRecord instance(String group, String name, byte[] bytes) {
        if (bytes == null) {
            return new InstanceRemoved(group, name);
        }
        FieldReader value = value("instance", bytes);
        SortedMap<String, String> settings = new TreeMap<>();
        value.list(reader -> settings.put(reader.text(), reader.text()));
        TreeSet<String> topics = new TreeSet<>(value.list(FieldReader::text));
        Optional<String> topicPattern = value.optionalText();
        TreeSet<TopicPartition> assignments = new TreeSet<>(value.list(JournalFormat::partition));
        ConsumerInstance instance = new ConsumerInstance(
                name, settings, topics, topicPattern, assignments, value.optionalText(), value.int64());
        value.requireEnd();
        return new InstanceChanged(group, instance);
    }

    private static byte[] value(GroupHeader header) {
        FieldWriter value = new FieldWriter().int8(VERSION).int32(header.generation());
        return value.optionalText(header.assignor())
                .optionalText(header.boundTopic())
                .int64(header.idleSinceMs())
                .bytes();
    }

    private static byte[] value(Member member) {
        FieldWriter value = new FieldWriter().int8(member.home().isPresent() ? VERSION_WITH_HOME : VERSION);
        value.int8(NATIVE_MEMBER).text(member.clientId());
        value.int32(member.sessionTimeoutMs()).int32(member.rebalanceTimeoutMs());
        value.list(member.topics(), FieldWriter::text);
        value.list(member.holdings().entrySet(), (writer, holding) -> partition(writer, holding.getKey())
                .int32(holding.getValue()));
        member.home().ifPresent(home -> value.int32(home.nodeId()).text(home.run()));
        return value.bytes();
    }

    private static byte[] value(CommittedOffset offset) {
        return new FieldWriter()
                .int8(VERSION)
                .int64(offset.offset())
                .text(offset.metadata())
                .bytes();
    }

    private static byte[] value(ConsumerInstance instance) {
        FieldWriter value = new FieldWriter().int8(VERSION);
        value.list(new TreeMap<>(instance.settings()).entrySet(), (writer, setting) -> writer.text(setting.getKey())
                .text(setting.getValue()));
        value.list(new TreeSet<>(instance.topics()), FieldWriter::text);
        value.optionalText(instance.topicPattern());
        value.list(new TreeSet<>(instance.assignments()), JournalFormat::partition);
        return value.optionalText(instance.memberId())
                .int64(instance.idleTimeoutMs())
                .bytes();
    }

    private static byte[] groupKey(String group) {
        return key(GROUP, group).bytes();
    }

    private static byte[] memberKey(String group, String memberId) {
        return key(MEMBER, group).text(memberId).bytes();
    }

    private static byte[] offsetKey(String group, TopicPartition partition) {
        return partition(key(OFFSET, group), partition).bytes();
    }

    private static byte[] instanceKey(String group, String name) {
        return key(INSTANCE, group).text(name).bytes();
    }

    private static FieldWriter key(byte kind, String group) {
        return new FieldWriter().int8(VERSION).int8(kind).text(group);
    }

    private static FieldWriter partition(FieldWriter writer, TopicPartition partition) {
        return writer.text(partition.topic()).int32(partition.partition());
    }

    private static TopicPartition partition(FieldReader reader) {
        String topic = reader.text();
        int partition = reader.int32();
        try {
            return new TopicPartition(topic, partition);
        } catch (BarnabasException | IllegalArgumentException e) { // names are a client's to choose, but not here
            throw corrupt("a partition that no topic can have");
        }
    }

    private static FieldReader value(String what, byte[] bytes) {
        FieldReader value = FieldReader.ofJournal(bytes, what);
        requireVersion(what, value.int8(), VERSION);
        return value;
    }

    private static byte requireVersion(String what, byte version, byte newest) {
        if (version < VERSION || version > newest) {
            throw corrupt("a " + what + " of version " + version + "; this release reads "
                    + (newest == VERSION ? "version " + VERSION + " only" : "versions " + VERSION + " to " + newest)
                    + ", a newer one may have written it");
        }
        return version;
    }

    private static BarnabasException corrupt(String message) {
        return new BarnabasException(ErrorCode.CORRUPT_DATA, "the group journal holds " + message);
    }
}
