package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Against a server of a few lines that echoes one text frame, sends another and closes with 1001. */
class WsClientTest {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    @Test
    void findsTheAnswerOfARequestAndTheCodeOfAClose() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serveOne(server));
            WsClient client = WsClient.connect(URI.create("ws://127.0.0.1:" + server.getLocalPort() + "/ws"));
            // when
            JsonNode answer = client.request(WsClient.frame("produce"));
            JsonNode pushed = client.awaitType("assigned");
            int code = client.awaitClosed();
            // then
            assertThat(answer.path("type").asText()).isEqualTo("produce");
            assertThat(pushed.path("generation").asInt()).isEqualTo(3);
            assertThat(code).isEqualTo(1001);
            assertThat(client.received()).hasSize(2);
            assertThatThrownBy(() -> client.awaitType("records"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("socket closed with 1001");
            client.breakOff();
            served.join();
        }
    }

    private static void serveOne(ServerSocket server) {
        try (Socket socket = server.accept()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + accept(key(in)) + "\r\n\r\n")
                    .getBytes(US_ASCII));
            frame(out, 0x81, unmasked(in));
            frame(out, 0x81, "{\"type\":\"assigned\",\"generation\":3}".getBytes(UTF_8));
            frame(out, 0x88, new byte[] {0x03, (byte) 0xE9});
            out.flush();
            int unused = in.read(); // the client's close, or the end when it broke off before that was sent
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String key(DataInputStream in) throws IOException {
        String key = "";
        StringBuilder line = new StringBuilder();
        while (true) {
            char next = (char) in.readUnsignedByte();
            if (next != '\n') {
                line.append(next);
                continue;
            }
            String header = line.toString().trim();
            line.setLength(0);
            if (header.isEmpty()) {
                return key;
            }
            if (header.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18)) {
                key = header.substring(18).trim();
            }
        }
    }

    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder().encodeToString(sha1.digest((key + MAGIC).getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A short frame of a client: all of them are masked. */
    private static byte[] unmasked(DataInputStream in) throws IOException {
        in.readUnsignedByte();
        byte[] payload = new byte[in.readUnsignedByte() & 0x7F];
        byte[] mask = in.readNBytes(4);
        in.readFully(payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return payload;
    }

    private static void frame(OutputStream out, int head, byte[] payload) throws IOException {
        out.write(head);
        out.write(payload.length);
        out.write(payload);
    }
}
