package io.barnabas.rest;

import io.barnabas.record.ErrorCode;

/** Which HTTP status an error has. */
final class HttpStatus {
    private HttpStatus() {}

    static int of(ErrorCode code) {
        return switch (code) { // no default: a new code must be answered here
            case MALFORMED_REQUEST, INVALID_CONFIGURATION, INVALID_NAME, UNREADABLE_BATCH -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN, FOREIGN_ORIGIN -> 403;
            case UNKNOWN_PATH, UNKNOWN_TOPIC, UNKNOWN_PARTITION, UNKNOWN_INSTANCE, UNKNOWN_MEMBER, UNKNOWN_GROUP -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case NOT_ACCEPTABLE -> 406;
            case SUBSCRIPTION_CONFLICT,
                    INSTANCE_EXISTS,
                    ILLEGAL_STATE,
                    TOPIC_EXISTS,
                    STALE_GENERATION,
                    NOT_ASSIGNED,
                    GROUP_BOUND_TO_OTHER_TOPIC,
                    GROUP_NOT_EMPTY,
                    OUT_OF_ORDER_SEQUENCE,
                    STALE_PRODUCER_EPOCH,
                    INCONSISTENT_ASSIGNOR -> 409;
            case BODY_TOO_LARGE, RECORD_TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case OFFSET_OUT_OF_RANGE -> 416;
            case INVALID_FIELD, INVALID_DATA, INVALID_CONSUMER_CONFIGURATION, INVALID_RECORD, IDEMPOTENCY_KEY_REUSED ->
                422;
            case TOO_MANY -> 429;
            case INTERNAL_ERROR, STORAGE_ERROR, CORRUPT_DATA -> 500;
            case NOT_OWNER,
                    COORDINATOR_LOADING,
                    PARTITION_OFFLINE,
                    ZOOKEEPER_UNAVAILABLE,
                    OVERLOADED,
                    READ_ONLY,
                    DISK_FULL,
                    DRAINING,
                    REBALANCING,
                    PEER_UNREACHABLE,
                    OUTCOME_UNKNOWN,
                    NOT_ENOUGH_REPLICAS -> 503;
            case TIMED_OUT -> 504;
        };
    }

    /** Seconds after which to try again, 0 for those where waiting does not help. */
    static int retryAfterSeconds(ErrorCode code) {
        int status = of(code);
        if (status != 429 && status != 503) {
            return 0;
        }
        return switch (code) {
            case READ_ONLY, DISK_FULL -> 30; // somebody has to do something first
            case ZOOKEEPER_UNAVAILABLE, DRAINING -> 5;
            default -> 1; // a matter of moments
        };
    }
}
