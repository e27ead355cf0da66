package io.barnabas.websocket;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The fields that frames of clients have at the top. */
enum FrameField {
    TYPE("type"),
    ID("id"),
    TOPIC("topic"),
    ACKS("acks"),
    FORMAT("format"),
    RECORDS("records"),
    GROUP("group"),
    PARTITIONS("partitions"),
    FROM("from"),
    CREDIT("credit"),
    AUTO_COMMIT("autoCommit"),
    ASSIGNOR("assignor"),
    CLIENT_ID("clientId"),
    OFFSETS("offsets"),
    GENERATION("generation"),
    PARTITION("partition"),
    OFFSET("offset"),
    TIMESTAMP("timestamp"),
    PRODUCER_ID("producerId"),
    PRODUCER_EPOCH("producerEpoch"),
    SEQUENCE("sequence");

    private static final Map<String, FrameField> BY_LABEL =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(FrameField::label, Function.identity()));

    /** Names of strangers are cut in messages: they come back to whoever sent them, but not at any length. */
    private static final int SHOWN_CHARS = 64;

    private final String label;

    FrameField(String label) {
        this.label = label;
    }

    /** Its name in JSON. */
    String label() {
        return label;
    }

    /** {@code INVALID_FIELD} for a name that no frame has. */
    static FrameField named(String name) {
        FrameField field = BY_LABEL.get(name);
        if (field == null) {
            throw new BarnabasException(ErrorCode.INVALID_FIELD, "unknown field '" + shown(name) + "'");
        }
        return field;
    }

    static String shown(String name) {
        return name.length() <= SHOWN_CHARS ? name : name.substring(0, SHOWN_CHARS) + "...";
    }
}
