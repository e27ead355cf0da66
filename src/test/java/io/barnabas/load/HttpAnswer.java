package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** The answer to a request. The body lies in a connection's buffer: it is good until the one who gets it returns. */
record HttpAnswer(int status, ByteBuffer body) {
    boolean ok() {
        return status >= 200 && status < 300;
    }

    /** Status and the beginning of the body, for messages. */
    String describe() {
        ByteBuffer start = body.slice(body.position(), Math.min(body.remaining(), 300));
        return "HTTP " + status + " " + UTF_8.decode(start).toString().strip();
    }
}
