package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/** One WebSocket message to a client, as it goes out. Its bytes are not changed any more; thread-safe. */
final class Message {
    private final boolean text;
    private final byte[] payload;

    private Message(boolean text, byte[] payload) {
        this.text = text;
        this.payload = requireNonNull(payload, "payload");
    }

    /** @param utf8 belongs to the message from now on */
    static Message text(byte[] utf8) {
        return new Message(true, utf8);
    }

    /** @param bytes belongs to the message from now on */
    static Message binary(byte[] bytes) {
        return new Message(false, bytes);
    }

    boolean text() {
        return text;
    }

    int bytes() {
        return payload.length;
    }

    String string() {
        return new String(payload, UTF_8);
    }

    ByteBuffer payload() {
        return ByteBuffer.wrap(payload).asReadOnlyBuffer();
    }
}
