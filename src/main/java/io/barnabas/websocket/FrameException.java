package io.barnabas.websocket;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;

/** A frame that cannot be acted on, with the id to answer to. */
final class FrameException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient FrameId id;
    private final BarnabasException error;

    FrameException(FrameId id, BarnabasException error) {
        super(error.getMessage(), error, false, false);
        this.id = id;
        this.error = error;
    }

    FrameId id() {
        return id;
    }

    BarnabasException error() {
        return error;
    }

    /** It is no JSON object at all: what the client meant cannot be known, and whether it is one of ours neither. */
    boolean unreadable() {
        return error.code() == ErrorCode.MALFORMED_REQUEST;
    }
}
