package io.barnabas.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The frames byte by byte, written by hand from the documentation. */
class BinaryFrameTest {
    /** acks leader, id 7, partition 3, topic "ab", body 01 02. */
    private static final String PRODUCE =
            "01 01 0001 00000007 00000003 00000000" + "0000000000000000 0000000000000000 0002 6162 0102";

    @Test
    void readsProduce() throws FrameException {
        ByteBuffer padded = ByteBuffer.wrap(bytes("ffff" + PRODUCE)).position(2);
        BinaryFrame.Produce frame = BinaryFrame.produce(padded);
        assertThat(frame.id()).isEqualTo(7);
        assertThat(frame.acks()).isEqualTo(Acks.LEADER);
        assertThat(frame.topic()).isEqualTo("ab");
        assertThat(frame.partition()).isEqualTo(3);
        assertThat(frame.batches()).isEqualTo(ByteBuffer.wrap(bytes("0102")));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 02, version",
        "1, 02, kind",
        "1, 03, kind",
        "1, 04, kind",
        "2, 0003, flags",
        "2, 0004, flags",
        "2, 8000, flags",
        "12, 00000001, errorCode",
        "16, 0000000000000001, offset",
        "24, ffffffffffffffff, end",
        "32, 0005, topicBytes",
        "32, ffff, topicBytes",
        "34, ff, UTF-8",
    })
    void namesTheFieldThatIsWrong(int at, String written, String named) {
        byte[] frame = bytes(PRODUCE);
        System.arraycopy(bytes(written), 0, frame, at, bytes(written).length);
        assertThatThrownBy(() -> BinaryFrame.produce(ByteBuffer.wrap(frame)))
                .isInstanceOfSatisfying(FrameException.class, refused -> {
                    assertThat(refused.error().code()).isEqualTo(ErrorCode.INVALID_FIELD);
                    assertThat(refused.id()).isEqualTo(new FrameId.Whole(7));
                    assertThat(refused.unreadable()).isFalse();
                })
                .hasMessageContaining(named);
    }

    @Test
    void tellsTheIdOfAFrameThatIsCutAsFarAsItIsThere() {
        byte[] whole = bytes(PRODUCE);
        for (int length = 0; length < BinaryFrame.HEADER_BYTES; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            FrameId id = length < 8 ? new FrameId.None() : new FrameId.Whole(7);
            assertThatThrownBy(() -> BinaryFrame.produce(cut))
                    .isInstanceOfSatisfying(FrameException.class, refused -> assertThat(refused.id())
                            .isEqualTo(id))
                    .hasMessageContaining("" + length);
        }
    }

    @Test
    void answersWithOffsetsOfFirstAndLastRecord() {
        Message answer = BinaryFrame.produced(7, 3, new AppendResult(256, 258, -1, 0, true));
        assertThat(hex(answer))
                .isEqualTo(hex("01 02 0001 00000007 00000003 00000000 0000000000000100 0000000000000102 0000"));
        assertThat(answer.text()).isFalse();
    }

    @Test
    void answersWithCodeAndMessageWhenNothingIsStored() {
        Message answer = BinaryFrame.refused(-1, 3, new BarnabasException(ErrorCode.UNKNOWN_PARTITION, "no 3"));
        assertThat(hex(answer))
                .isEqualTo(
                        hex("01 02 0000 ffffffff 00000003 00009dd2 ffffffffffffffff ffffffffffffffff 0000 6e6f2033"));
    }

    @Test
    void carriesBatchesBehindTheTopic() {
        ByteBuffer batches = ByteBuffer.wrap(bytes("ff0102ff"), 1, 2);
        Message records = BinaryFrame.records("\u00e9".getBytes(UTF_8), 3, 5, 9, batches);
        assertThat(hex(records))
                .isEqualTo(
                        hex("01 03 0000 00000000 00000003 00000000 0000000000000005 0000000000000009 0002 c3a9 0102"));
        assertThat(batches.remaining()).isEqualTo(2);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(String spaced) {
        return spaced.replace(" ", "");
    }

    private static String hex(Message message) {
        byte[] bytes = new byte[message.bytes()];
        message.payload().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
