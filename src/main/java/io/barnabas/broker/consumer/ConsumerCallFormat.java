package io.barnabas.broker.consumer;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.FieldReader;
import io.barnabas.group.FieldWriter;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a {@link ConsumerCall} goes over the wire. Fields are those of {@link FieldWriter}; {@code partition} is text topic,
 * int32 number.
 *
 * <pre>
 * int8 version (1), int8 operation, then by operation
 *    1 create       text group, text name, [text, text] settings
 *    2 delete       text group, text name
 *    3 subscribe    text group, text name, subscription: int8 kind, then by kind
 *                     0 none  1 topics: [text]  2 pattern: text  3 assigned: [partition]
 *    4 subscribed   text group, text name
 *    5 unsubscribe  text group, text name
 *    6 assign       text group, text name, [partition]
 *    7 assigned     text group, text name
 *    8 poll         text group, text name, int32 waitMs (-1 = as the instance says), int32 maxBytes,
 *                   [text format, text name of the error code, text message] refusals
 *    9 commit       text group, text name, int8 1 and [partition, int64 offset, text metadata], or int8 0
 *   10 seek         text group, text name, [partition, int8 kind, int64 value]
 *                     kinds: 0 earliest  1 latest  2 offset  3 timestamp
 *   11 heartbeat    text group, text name
 *   12 handed over  int64 token, [partition, int64 next offset]
 * </pre>
 *
 * <p>What cannot be read is {@code MALFORMED_REQUEST}.
 */
final class ConsumerCallFormat {
    static final byte VERSION = 1;

    private static final int NO_WAIT_GIVEN = -1;

    private static final byte CREATE = 1;
    private static final byte DELETE = 2;
    private static final byte SUBSCRIBE = 3;
    private static final byte SUBSCRIBED = 4;
    private static final byte UNSUBSCRIBE = 5;
    private static final byte ASSIGN = 6;
    private static final byte ASSIGNED = 7;
    private static final byte POLL = 8;
    private static final byte COMMIT = 9;
    private static final byte SEEK = 10;
    private static final byte HEARTBEAT = 11;
    private static final byte HANDED_OVER = 12;

    private ConsumerCallFormat() {}

    static ByteBuffer encode(ConsumerCall call) {
        FieldWriter to = new FieldWriter().int8(VERSION);
        if (call instanceof ConsumerCall.Create create) {
            named(to, CREATE, create.group(), create.settings().name().orElseThrow());
            settings(to, create.settings());
        } else if (call instanceof ConsumerCall.Delete delete) {
            named(to, DELETE, delete.group(), delete.name());
        } else if (call instanceof ConsumerCall.Subscribe subscribe) {
            subscription(named(to, SUBSCRIBE, subscribe.group(), subscribe.name()), subscribe.subscription());
        } else if (call instanceof ConsumerCall.Subscribed subscribed) {
            named(to, SUBSCRIBED, subscribed.group(), subscribed.name());
        } else if (call instanceof ConsumerCall.Unsubscribe unsubscribe) {
            named(to, UNSUBSCRIBE, unsubscribe.group(), unsubscribe.name());
        } else if (call instanceof ConsumerCall.Assign assign) {
            partitions(named(to, ASSIGN, assign.group(), assign.name()), assign.partitions());
        } else if (call instanceof ConsumerCall.Assigned assigned) {
            named(to, ASSIGNED, assigned.group(), assigned.name());
        } else if (call instanceof ConsumerCall.Poll poll) {
            named(to, POLL, poll.group(), poll.name())
                    .int32(poll.waitMs().orElse(NO_WAIT_GIVEN))
                    .int32(poll.maxBytes())
                    .list(new TreeMap<>(poll.refusals()).entrySet(), (writer, one) -> writer.text(one.getKey())
                            .text(one.getValue().code().name())
                            .text(one.getValue().getMessage()));
        } else if (call instanceof ConsumerCall.Commit commit) {
            commit(named(to, COMMIT, commit.group(), commit.name()), commit.offsets());
        } else if (call instanceof ConsumerCall.Seek seek) {
            named(to, SEEK, seek.group(), seek.name())
                    .list(
                            new TreeMap<>(seek.targets()).entrySet(),
                            (writer, one) -> target(partition(writer, one.getKey()), one.getValue()));
        } else if (call instanceof ConsumerCall.Heartbeat heartbeat) {
            named(to, HEARTBEAT, heartbeat.group(), heartbeat.name());
        } else if (call instanceof ConsumerCall.HandedOver handedOver) {
            to.int8(HANDED_OVER)
                    .int64(handedOver.token())
                    .list(
                            new TreeMap<>(handedOver.nextOffsets()).entrySet(),
                            (writer, one) -> partition(writer, one.getKey()).int64(one.getValue()));
        } else {
            throw new IllegalStateException("no format for " + call.getClass());
        }
        return ByteBuffer.wrap(to.bytes());
    }

    static ConsumerCall decode(ByteBuffer bytes) {
        FieldReader from =
                new FieldReader(bytes, ErrorCode.MALFORMED_REQUEST, "a call of an instance from another node");
        requireVersion(from.int8());
        byte operation = from.int8();
        ConsumerCall call =
                switch (operation) {
                    case CREATE -> create(from);
                    case DELETE -> new ConsumerCall.Delete(from.text(), from.text());
                    case SUBSCRIBE -> new ConsumerCall.Subscribe(from.text(), from.text(), subscription(from));
                    case SUBSCRIBED -> new ConsumerCall.Subscribed(from.text(), from.text());
                    case UNSUBSCRIBE -> new ConsumerCall.Unsubscribe(from.text(), from.text());
                    case ASSIGN -> new ConsumerCall.Assign(from.text(), from.text(), partitions(from));
                    case ASSIGNED -> new ConsumerCall.Assigned(from.text(), from.text());
                    case POLL -> poll(from);
                    case COMMIT -> new ConsumerCall.Commit(from.text(), from.text(), offsets(from));
                    case SEEK -> seek(from);
                    case HEARTBEAT -> new ConsumerCall.Heartbeat(from.text(), from.text());
                    case HANDED_OVER -> handedOver(from);
                    default -> throw malformed("operation " + operation + " of an instance is not known");
                };
        from.requireEnd();
        return call;
    }

    static void requireVersion(byte version) {
        if (version != VERSION) {
            throw malformed(
                    "version " + version + " of what nodes tell each other of instances is not known, only " + VERSION);
        }
    }

    static FieldWriter settings(FieldWriter to, InstanceSettings settings) {
        return to.list(settings.toMap().entrySet(), (writer, one) -> writer.text(one.getKey())
                .text(one.getValue()));
    }

    static InstanceSettings settings(FieldReader from) {
        return InstanceSettings.of(texts(from));
    }

    private static Map<String, Object> texts(FieldReader from) {
        Map<String, Object> texts = new TreeMap<>();
        from.list(reader -> texts.put(reader.text(), reader.text()));
        return texts;
    }

    static FieldWriter subscription(FieldWriter to, Subscription subscription) {
        if (subscription instanceof Subscription.Topics topics) {
            return to.int8((byte) 1).list(new TreeSet<>(topics.names()), FieldWriter::text);
        } else if (subscription instanceof Subscription.Pattern pattern) {
            return to.int8((byte) 2).text(pattern.pattern().expression());
        } else if (subscription instanceof Subscription.Assigned assigned) {
            return partitions(to.int8((byte) 3), assigned.partitions());
        }
        return to.int8((byte) 0);
    }

    static Subscription subscription(FieldReader from) {
        byte kind = from.int8();
        return switch (kind) {
            case 0 -> new Subscription.None();
            case 1 -> new Subscription.Topics(Set.copyOf(from.list(FieldReader::text)));
            case 2 -> new Subscription.Pattern(TopicPattern.of(from.text()));
            case 3 -> new Subscription.Assigned(partitions(from));
            default -> throw malformed("a subscription of kind " + kind + " is not known");
        };
    }

    static FieldWriter partitions(FieldWriter to, Set<TopicPartition> partitions) {
        return to.list(new TreeSet<>(partitions), ConsumerCallFormat::partition);
    }

    static Set<TopicPartition> partitions(FieldReader from) {
        return Set.copyOf(from.list(ConsumerCallFormat::partition));
    }

    static FieldWriter partition(FieldWriter to, TopicPartition partition) {
        return to.text(partition.topic()).int32(partition.partition());
    }

    static TopicPartition partition(FieldReader from) {
        return new TopicPartition(from.text(), from.int32());
    }

    private static FieldWriter named(FieldWriter to, byte operation, String group, String name) {
        return to.int8(operation).text(group).text(name);
    }

    private static ConsumerCall create(FieldReader from) {
        String group = from.text();
        String name = from.text();
        Map<String, Object> fields = texts(from);
        fields.put("name", name);
        return new ConsumerCall.Create(group, InstanceSettings.of(fields));
    }

    private static ConsumerCall poll(FieldReader from) {
        String group = from.text();
        String name = from.text();
        int waitMs = from.int32();
        int maxBytes = from.int32();
        Map<String, BarnabasException> refusals = new TreeMap<>();
        from.list(reader -> refusals.put(reader.text(), new BarnabasException(code(reader.text()), reader.text())));
        return new ConsumerCall.Poll(
                group,
                name,
                waitMs == NO_WAIT_GIVEN ? OptionalInt.empty() : OptionalInt.of(waitMs),
                maxBytes,
                Map.copyOf(refusals));
    }

    private static ErrorCode code(String name) {
        try {
            return ErrorCode.valueOf(name);
        } catch (IllegalArgumentException e) { // of another release
            return ErrorCode.NOT_ACCEPTABLE;
        }
    }

    private static void commit(FieldWriter to, Optional<Map<TopicPartition, CommittedOffset>> offsets) {
        to.int8((byte) (offsets.isPresent() ? 1 : 0));
        offsets.ifPresent(
                given -> to.list(new TreeMap<>(given).entrySet(), (writer, one) -> partition(writer, one.getKey())
                        .int64(one.getValue().offset())
                        .text(one.getValue().metadata())));
    }

    private static Optional<Map<TopicPartition, CommittedOffset>> offsets(FieldReader from) {
        if (from.int8() == 0) {
            return Optional.empty();
        }
        Map<TopicPartition, CommittedOffset> offsets = new TreeMap<>();
        from.list(reader -> offsets.put(partition(reader), new CommittedOffset(reader.int64(), reader.text())));
        return Optional.of(Map.copyOf(offsets));
    }

    private static FieldWriter target(FieldWriter to, StartPosition target) {
        if (target instanceof StartPosition.Offset offset) {
            return to.int8((byte) 2).int64(offset.offset());
        } else if (target instanceof StartPosition.Timestamp timestamp) {
            return to.int8((byte) 3).int64(timestamp.timestampMs());
        }
        return to.int8((byte) (target instanceof StartPosition.Earliest ? 0 : 1))
                .int64(0);
    }

    private static StartPosition target(FieldReader from) {
        byte kind = from.int8();
        long value = from.int64();
        return switch (kind) {
            case 0 -> new StartPosition.Earliest();
            case 1 -> new StartPosition.Latest();
            case 2 -> new StartPosition.Offset(value);
            case 3 -> new StartPosition.Timestamp(value);
            default -> throw malformed("a position of kind " + kind + " is not known");
        };
    }

    private static ConsumerCall seek(FieldReader from) {
        String group = from.text();
        String name = from.text();
        Map<TopicPartition, StartPosition> targets = new TreeMap<>();
        from.list(reader -> targets.put(partition(reader), target(reader)));
        return new ConsumerCall.Seek(group, name, Map.copyOf(targets));
    }

    private static ConsumerCall handedOver(FieldReader from) {
        long token = from.int64();
        Map<TopicPartition, Long> nextOffsets = new TreeMap<>();
        from.list(reader -> nextOffsets.put(partition(reader), reader.int64()));
        return new ConsumerCall.HandedOver(token, Map.copyOf(nextOffsets));
    }

    private static BarnabasException malformed(String message) {
        return new BarnabasException(ErrorCode.MALFORMED_REQUEST, message);
    }
}
