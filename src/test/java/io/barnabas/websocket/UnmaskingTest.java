package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A client's frames and the same without masks. */
class UnmaskingTest {
    private static final int[] PAYLOADS = {0, 1, 3, 7, 8, 9, 125, 126, 127, 1_000, 65_535, 65_536, 70_001};

    private final ByteArrayOutputStream passedOn = new ByteArrayOutputStream();
    private final Unmasking unmasking = new Unmasking(bytes -> {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        passedOn.writeBytes(copy);
    });

    /** Frames of all layouts of the header, in chunks that end anywhere. */
    @Property(tries = 300)
    void passesOnEveryFrameWithoutItsMaskHoweverTheBytesCome(@ForAll long seed) {
        // given
        Random random = new Random(seed);
        List<byte[]> masked = new ArrayList<>();
        List<byte[]> expected = new ArrayList<>();
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
            byte[] payload = new byte[PAYLOADS[random.nextInt(PAYLOADS.length)]];
            random.nextBytes(payload);
            byte first = (byte) random.nextInt();
            masked.add(frame(first, payload, random.nextInt(5) == 0 ? null : random.nextInt()));
            expected.add(frame(first, payload, null));
        }
        // when
        for (byte[] chunk : chunks(together(masked), random)) {
            ByteBuffer bytes = ByteBuffer.wrap(chunk);
            unmasking.pass(bytes);
            assertThat(bytes.hasRemaining()).isFalse();
        }
        // then
        assertThat(passedOn.toByteArray()).isEqualTo(together(expected));
        passedOn.reset();
    }

    @Test
    void passesOnEachByteOfAHeaderThatComesByteByByte() {
        // given
        byte[] payload = "orders".repeat(50).getBytes(US_ASCII);
        byte[] masked = frame((byte) 0x82, payload, 0x01020304);
        // when
        for (byte one : masked) {
            unmasking.pass(ByteBuffer.wrap(new byte[] {one}));
        }
        // then
        assertThat(passedOn.toByteArray()).isEqualTo(frame((byte) 0x82, payload, null));
    }

    @Test
    void readsWhereTheChunkLiesInItsArray() {
        // given
        byte[] masked = frame((byte) 0x81, new byte[] {1, 2, 3}, 0x0a0b0c0d);
        ByteBuffer chunk = ByteBuffer.allocate(masked.length + 20).position(7).slice();
        chunk.position(5).put(masked).flip().position(5);
        // when
        unmasking.pass(chunk);
        // then
        assertThat(passedOn.toByteArray()).isEqualTo(frame((byte) 0x81, new byte[] {1, 2, 3}, null));
    }

    @Test
    void leavesAloneWhatFollowsALengthThatNoFrameHas() {
        // given
        ByteBuffer frame = ByteBuffer.allocate(20)
                .put((byte) 0x82)
                .put((byte) 0xff)
                .putLong(-5)
                .putInt(7);
        frame.put(new byte[] {1, 2, 3, 4, 5, 6}).flip();
        // when
        unmasking.pass(frame);
        unmasking.pass(ByteBuffer.wrap(new byte[] {9}));
        // then
        assertThat(passedOn.toByteArray())
                .startsWith((byte) 0x82, (byte) 0x7f)
                .endsWith((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5, (byte) 6, (byte) 9);
    }

    private static byte[] frame(byte first, byte[] payload, Integer mask) {
        int maskedBit = mask == null ? 0 : 0x80;
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put(first);
        if (payload.length <= 125) {
            frame.put((byte) (maskedBit | payload.length));
        } else if (payload.length <= 0xffff) {
            frame.put((byte) (maskedBit | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (maskedBit | 127)).putLong(payload.length);
        }
        byte[] key = ByteBuffer.allocate(4).putInt(0, mask == null ? 0 : mask).array();
        if (mask != null) {
            frame.put(key);
        }
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ key[i % 4]));
        }
        byte[] bytes = new byte[frame.position()];
        frame.get(0, bytes);
        return bytes;
    }

    private static byte[] together(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static List<byte[]> chunks(byte[] stream, RandomGenerator random) {
        List<byte[]> chunks = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            int most = random.nextBoolean() ? 12 : 40_000;
            int count = Math.min(stream.length - at, 1 + random.nextInt(most));
            chunks.add(Arrays.copyOfRange(stream, at, at + count));
            at += count;
        }
        return chunks;
    }
}
