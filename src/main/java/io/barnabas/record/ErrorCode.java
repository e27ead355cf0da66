package io.barnabas.record;

import static io.barnabas.record.ErrorCode.Kind.INTERNAL;
import static io.barnabas.record.ErrorCode.Kind.RESOURCE;
import static io.barnabas.record.ErrorCode.Kind.USER;

/**
 * Everything that can go wrong in a way a caller can cause, see or retry.
 *
 * <p>{@link #number()} is what clients see as {@code error_code}; where the REST v2 family has a five-digit code for a
 * case, it is that one, so several constants may share a number. Numbers never change; names may.
 */
public enum ErrorCode {
    MALFORMED_REQUEST(40000, USER, false),
    INVALID_CONFIGURATION(40002, USER, false),
    INVALID_NAME(40003, USER, false),
    UNREADABLE_BATCH(40004, USER, false),
    UNAUTHENTICATED(40101, USER, false),
    FORBIDDEN(40301, USER, false),
    FOREIGN_ORIGIN(40302, USER, false),
    UNKNOWN_PATH(40400, USER, false),
    UNKNOWN_TOPIC(40401, USER, false),
    UNKNOWN_PARTITION(40402, USER, false),
    UNKNOWN_INSTANCE(40403, USER, false),
    UNKNOWN_MEMBER(40403, USER, false),
    UNKNOWN_GROUP(40405, USER, false),
    METHOD_NOT_ALLOWED(40500, USER, false),
    NOT_ACCEPTABLE(40601, USER, false),
    SUBSCRIPTION_CONFLICT(40901, USER, false),
    INSTANCE_EXISTS(40902, USER, false),
    ILLEGAL_STATE(40903, USER, false),
    TOPIC_EXISTS(40904, USER, false),
    STALE_GENERATION(40905, USER, false),
    NOT_ASSIGNED(40906, USER, false),
    GROUP_BOUND_TO_OTHER_TOPIC(40907, USER, false),
    GROUP_NOT_EMPTY(40908, USER, false),
    OUT_OF_ORDER_SEQUENCE(40909, USER, false),
    STALE_PRODUCER_EPOCH(40910, USER, false),
    INCONSISTENT_ASSIGNOR(40911, USER, false),
    BODY_TOO_LARGE(41301, RESOURCE, false),
    RECORD_TOO_LARGE(41302, RESOURCE, false),
    UNSUPPORTED_MEDIA_TYPE(41500, USER, false),
    OFFSET_OUT_OF_RANGE(41601, USER, false),
    INVALID_FIELD(42200, USER, false),
    INVALID_DATA(42203, USER, false),
    INVALID_CONSUMER_CONFIGURATION(42204, USER, false),
    INVALID_RECORD(42205, USER, false),
    IDEMPOTENCY_KEY_REUSED(42206, USER, false),
    TOO_MANY(42900, RESOURCE, true),
    INTERNAL_ERROR(50001, INTERNAL, false),
    STORAGE_ERROR(50002, INTERNAL, false),
    CORRUPT_DATA(50004, INTERNAL, false),
    NOT_OWNER(50301, RESOURCE, true),
    COORDINATOR_LOADING(50302, RESOURCE, true),
    PARTITION_OFFLINE(50303, RESOURCE, true),
    ZOOKEEPER_UNAVAILABLE(50304, RESOURCE, true),
    OVERLOADED(50305, RESOURCE, true),
    READ_ONLY(50306, RESOURCE, true),
    DISK_FULL(50307, RESOURCE, true),
    DRAINING(50308, RESOURCE, true),
    REBALANCING(50309, RESOURCE, true),
    /** Another node could not be asked; nothing was done. */
    PEER_UNREACHABLE(50310, RESOURCE, true),
    /** Another node was asked and did not answer: it may have done it or not. */
    OUTCOME_UNKNOWN(50311, RESOURCE, true),
    /** Too few storage nodes are up to keep the copies that are asked for. */
    NOT_ENOUGH_REPLICAS(50312, RESOURCE, true),
    TIMED_OUT(50401, RESOURCE, true);

    /** Who can do something about it: the caller, the operator (or time), or the makers. */
    public enum Kind {
        USER,
        RESOURCE,
        INTERNAL
    }

    private final int number;
    private final Kind kind;
    private final boolean retriable;

    ErrorCode(int number, Kind kind, boolean retriable) {
        this.number = number;
        this.kind = kind;
        this.retriable = retriable;
    }

    /** The stable five-digit number that clients see as {@code error_code}. */
    public int number() {
        return number;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the same request, sent again unchanged, may succeed. */
    public boolean retriable() {
        return retriable;
    }
}
