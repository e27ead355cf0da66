package io.barnabas.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.Acks;
import io.barnabas.testing.Batches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes are those of {@code src/docs/websocket-binary.md}, written down by hand. */
class BinaryFrameTest {
    private static final byte[] TOPIC = "ab".getBytes(UTF_8);

    @Test
    void writesProduceAsDocumented() {
        // given
        ByteBuffer batch = ByteBuffer.wrap(new byte[] {9, 8, 7});
        ByteBuffer target = ByteBuffer.allocate(BinaryFrame.produceBytes(TOPIC, batch));
        // when
        BinaryFrame.putProduce(target, Acks.LEADER, 258, TOPIC, 3, batch);
        // then
        assertThat(target.hasRemaining()).isFalse();
        assertThat(HexFormat.of().formatHex(target.array()))
                .isEqualTo("01" + "01" + "0001" + "00000102" + "00000003" + "00000000" + "0000000000000000"
                        + "0000000000000000" + "0002" + "6162" + "090807");
        assertThat(batch.remaining()).isEqualTo(3);
    }

    @Test
    void readsAnAnswer() throws IOException {
        // given
        ByteBuffer bytes = hex("01" + "02" + "0000" + "00000102" + "00000003" + "00000000" + "000000000000002a"
                + "0000000000000031" + "0000");
        // when
        BinaryFrame frame = BinaryFrame.parse(bytes);
        // then
        assertThat(frame.kind()).isEqualTo(BinaryFrame.PRODUCED);
        assertThat(frame.id()).isEqualTo(258);
        assertThat(frame.partition()).isEqualTo(3);
        assertThat(frame.offset()).isEqualTo(42);
        assertThat(frame.end()).isEqualTo(49);
        assertThat(frame.body().remaining()).isZero();
    }

    @Test
    void readsARefusal() throws IOException {
        // given: 40401
        ByteBuffer bytes = hex("01" + "02" + "0000" + "00000001" + "00000000" + "00009dd1" + "0000000000000000"
                + "0000000000000000" + "0000" + "6e6f");
        // when
        BinaryFrame frame = BinaryFrame.parse(bytes);
        // then
        assertThat(frame.errorCode()).isEqualTo(40401);
        assertThat(UTF_8.decode(frame.body()).toString()).isEqualTo("no");
    }

    @Test
    void readsRecordsThatStandAnywhereInABuffer() throws IOException {
        // given
        ByteBuffer batch = Batches.of("x", "y");
        ByteBuffer buffer = ByteBuffer.allocate(200).position(11);
        buffer.put(hex("01" + "03" + "0000" + "00000000" + "00000005" + "00000000" + "0000000000000007"
                + "0000000000000009" + "0002" + "6162"));
        buffer.put(batch.duplicate()).flip().position(11);
        // when
        BinaryFrame frame = BinaryFrame.parse(buffer);
        // then
        assertThat(frame.topic()).isEqualTo("ab");
        assertThat(frame.body()).isEqualTo(batch);
        assertThat(BatchDecoder.endOffset(frame.body(), 0)).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNoFrame() {
        assertThatThrownBy(() -> BinaryFrame.parse(ByteBuffer.allocate(33))).hasMessageContaining("too short");
        assertThatThrownBy(() -> BinaryFrame.parse(ByteBuffer.allocate(34))).hasMessageContaining("version 0");
        assertThatThrownBy(() -> BinaryFrame.parse(hex("01" + "02" + "00".repeat(30) + "ffff")))
                .hasMessageContaining("a topic of 65535 bytes");
    }

    private static ByteBuffer hex(String text) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(text));
    }
}
