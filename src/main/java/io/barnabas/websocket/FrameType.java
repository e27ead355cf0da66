package io.barnabas.websocket;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The frames a client may send, each with the fields it must and may have beside type and id. */
enum FrameType {
    PRODUCE(
            EnumSet.of(FrameField.TOPIC, FrameField.RECORDS),
            EnumSet.of(
                    FrameField.ACKS,
                    FrameField.FORMAT,
                    FrameField.PRODUCER_ID,
                    FrameField.PRODUCER_EPOCH,
                    FrameField.SEQUENCE)),
    PRODUCER(EnumSet.noneOf(FrameField.class), EnumSet.of(FrameField.PRODUCER_ID, FrameField.PRODUCER_EPOCH)),
    SUBSCRIBE(
            EnumSet.of(FrameField.TOPIC),
            EnumSet.of(
                    FrameField.GROUP,
                    FrameField.PARTITIONS,
                    FrameField.FROM,
                    FrameField.CREDIT,
                    FrameField.FORMAT,
                    FrameField.AUTO_COMMIT,
                    FrameField.ASSIGNOR,
                    FrameField.CLIENT_ID)),
    CREDIT(EnumSet.of(FrameField.RECORDS), EnumSet.noneOf(FrameField.class)),
    COMMIT(EnumSet.of(FrameField.OFFSETS), EnumSet.of(FrameField.GENERATION)),
    SEEK(EnumSet.of(FrameField.PARTITION), EnumSet.of(FrameField.OFFSET, FrameField.TIMESTAMP)),
    RELEASED(EnumSet.of(FrameField.PARTITIONS), EnumSet.noneOf(FrameField.class)),
    UNSUBSCRIBE(EnumSet.noneOf(FrameField.class), EnumSet.noneOf(FrameField.class));

    @SuppressWarnings("ImmutableEnumChecker") // filled once, in the constructor
    private final Set<FrameField> required;

    @SuppressWarnings("ImmutableEnumChecker") // filled once, in the constructor
    private final Set<FrameField> allowed;

    FrameType(Set<FrameField> required, Set<FrameField> optional) {
        this.required = required;
        this.allowed = EnumSet.of(FrameField.TYPE, FrameField.ID);
        allowed.addAll(required);
        allowed.addAll(optional);
    }

    /** {@code INVALID_FIELD} for a name that no frame has. */
    static FrameType named(String name) {
        for (FrameType type : values()) {
            if (type.label().equals(name)) {
                return type;
            }
        }
        throw new BarnabasException(
                ErrorCode.INVALID_FIELD,
                "type must be one of "
                        + Arrays.stream(values()).map(FrameType::label).collect(Collectors.joining(", ")) + ", got '"
                        + FrameField.shown(name) + "'");
    }

    /** The value of {@code type}. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Checks that the fields given are those this frame has. */
    void check(Set<FrameField> given) {
        for (FrameField field : given) {
            if (!allowed.contains(field)) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD, "a " + label() + " frame has no field '" + field.label() + "'");
            }
        }
        for (FrameField field : required) {
            if (!given.contains(field)) {
                throw new BarnabasException(
                        ErrorCode.INVALID_FIELD, "field '" + field.label() + "' is missing in a " + label() + " frame");
            }
        }
    }
}
