package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class WebSocketFramesTest {
    private final WebSocketFrames frames = new WebSocketFrames();

    /** The masked frame of RFC 6455, section 5.7. */
    @Test
    void masksAsTheStandardShows() {
        // given
        ByteBuffer room = WebSocketConnection.room(5).put("Hello".getBytes(UTF_8));
        // when
        ByteBuffer frame = WebSocketFrames.seal(WebSocketFrames.TEXT, room, 0x37fa213d);
        // then
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("818537fa213d7f9f4d5158");
    }

    @Property(tries = 60)
    void whatItMasksCanBeUnmasked(@ForAll @IntRange(max = 70_000) int length, @ForAll int mask, @ForAll long seed) {
        // given
        byte[] payload = new byte[length];
        new Random(seed).nextBytes(payload);
        // when
        ByteBuffer frame = WebSocketFrames.seal(
                WebSocketFrames.BINARY, WebSocketConnection.room(length).put(payload), mask);
        // then
        int at = frame.limit() - length;
        byte[] unmasked = new byte[length];
        for (int i = 0; i < length; i++) {
            unmasked[i] = (byte) (frame.get(at + i) ^ frame.get(at - 4 + i % 4));
        }
        assertThat(unmasked).isEqualTo(payload);
        int headerBytes = length < 126 ? 6 : length <= 0xffff ? 8 : 14;
        assertThat(frame.remaining()).isEqualTo(headerBytes + length);
    }

    @Test
    void putsFragmentsTogetherWithAPingBetween() throws IOException {
        // given: "Hel", ping, "lo"
        ByteBuffer bytes = hex("010348656c" + "8900" + "80026c6f");
        // when
        WebSocketFrames.Message first = frames.next(bytes);
        WebSocketFrames.Message second = frames.next(bytes);
        // then
        assertThat(first.opcode()).isEqualTo(WebSocketFrames.PING);
        assertThat(second.opcode()).isEqualTo(WebSocketFrames.TEXT);
        assertThat(UTF_8.decode(second.bytes()).toString()).isEqualTo("Hello");
        assertThat(frames.next(bytes)).isNull();
    }

    @Test
    void waitsForAFrameThatComesByteByByte() throws IOException {
        // given
        byte[] frame = new byte[4 + 300];
        ByteBuffer.wrap(frame).put((byte) 0x82).put((byte) 126).putShort((short) 300);
        // when
        for (int length = 0; length < frame.length; length++) {
            assertThat(frames.next(ByteBuffer.wrap(frame, 0, length))).isNull();
        }
        // then
        assertThat(frames.next(ByteBuffer.wrap(frame)).bytes().remaining()).isEqualTo(300);
    }

    @Test
    void refusesMaskedFramesAndFragmentsOutOfOrder() {
        assertThatThrownBy(() -> frames.next(hex("818000000000"))).hasMessageContaining("masked");
        assertThatThrownBy(() -> frames.next(hex("8000"))).hasMessageContaining("out of order");
        assertThatThrownBy(() -> frames.next(hex("827fffffffffffffffff"))).hasMessageContaining("claims -1 bytes");
    }

    private static ByteBuffer hex(String text) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(text));
    }
}
