package io.barnabas.websocket;

/** Why the server closes a socket, by RFC 6455's codes. */
enum Goodbye {
    GOING_AWAY(1001),
    WRONG_FRAME_TYPE(1003),
    UNREADABLE(1007),
    /** The client does not read, does not answer pings, or breaks a bound on purpose. */
    POLICY(1008),
    TOO_LARGE(1009),
    INTERNAL_ERROR(1011),
    TRY_AGAIN_LATER(1013);

    private final int code;

    Goodbye(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
