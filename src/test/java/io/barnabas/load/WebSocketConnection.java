package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** One WebSocket, with the sub-protocol asked for. Confined to its loop's thread. */
final class WebSocketConnection implements Connection.Input {
    /** Takes messages; called during a turn, and the bytes are good until it returns. */
    interface Listener {
        void text(ByteBuffer utf8) throws IOException;

        void binary(ByteBuffer bytes) throws IOException;
    }

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;
    private static final int MAX_REASON_LENGTH = 300;

    private final RandomGenerator random;
    private final Listener listener;
    private final WebSocketFrames frames = new WebSocketFrames();
    private final String expectedAccept;
    private final Connection connection;
    private boolean open;

    WebSocketConnection(
            EventLoop loop, BarnabasUrl url, String path, String protocol, RandomGenerator random, Listener listener)
            throws IOException {
        this.random = random;
        this.listener = listener;
        byte[] nonce = new byte[KEY_BYTES];
        random.nextBytes(nonce);
        String key = Base64.getEncoder().encodeToString(nonce);
        expectedAccept = accept(key);
        connection = loop.connect(url.address(), this);
        connection.send(US_ASCII.encode("GET " + url.base() + path + " HTTP/1.1\r\nHost: " + url.authority()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + key
                + "\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n"));
    }

    /** Whether the handshake is done, so that messages may be sent. */
    boolean isOpen() {
        return open;
    }

    long queuedBytes() {
        return connection.queuedBytes();
    }

    /** A buffer for a payload of at most so many bytes, to be filled and given to {@link #send(int, ByteBuffer)}. */
    static ByteBuffer room(int payloadBytes) {
        return ByteBuffer.allocate(WebSocketFrames.MAX_HEADER_BYTES + payloadBytes)
                .position(WebSocketFrames.MAX_HEADER_BYTES);
    }

    /** Sends what was put into a {@link #room}. */
    void send(int opcode, ByteBuffer room) throws IOException {
        connection.send(WebSocketFrames.seal(opcode, room, random.nextInt()));
    }

    void sendText(String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        send(WebSocketFrames.TEXT, room(bytes.length).put(bytes));
    }

    @Override
    public void received(ByteBuffer bytes) throws IOException {
        if (!open && !readHandshake(bytes)) {
            return;
        }
        WebSocketFrames.Message message = frames.next(bytes);
        while (message != null) {
            deliver(message);
            message = frames.next(bytes);
        }
    }

    @Override
    public void closed() throws IOException {
        throw new IOException("the server closed the WebSocket without a close frame");
    }

    private void deliver(WebSocketFrames.Message message) throws IOException {
        switch (message.opcode()) {
            case WebSocketFrames.TEXT -> listener.text(message.bytes());
            case WebSocketFrames.BINARY -> listener.binary(message.bytes());
            case WebSocketFrames.PING ->
                send(WebSocketFrames.PONG, room(message.bytes().remaining()).put(message.bytes()));
            case WebSocketFrames.CLOSE -> throw new IOException("the server closed the WebSocket: " + reason(message));
            default -> {
                // A pong says nothing.
            }
        }
    }

    private static String reason(WebSocketFrames.Message message) {
        ByteBuffer bytes = message.bytes();
        if (bytes.remaining() < Short.BYTES) {
            return "no code";
        }
        return bytes.getShort() + " " + UTF_8.decode(bytes);
    }

    private boolean readHandshake(ByteBuffer bytes) throws IOException {
        String text = StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        if (!text.startsWith("HTTP/1.1 101 ") || !text.substring(0, end).contains(expectedAccept)) {
            String body = text.substring(end).strip();
            throw new IOException("the WebSocket was refused: "
                    + text.lines().findFirst().orElse("") + " "
                    + body.substring(0, Math.min(body.length(), MAX_REASON_LENGTH)));
        }
        bytes.position(bytes.position() + end + 4);
        open = true;
        return true;
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
