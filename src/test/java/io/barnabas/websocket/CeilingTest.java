package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.Acks;
import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class CeilingTest {
    private static BinaryFrame.Produce frame(String topic, Acks acks, String... values) {
        return new BinaryFrame.Produce(7, acks, topic, 0, Batches.of(values));
    }

    @Test
    void numbersWhatItTakesAsALogWould() {
        // given
        Ceiling sink = new Ceiling(false);
        sink.take(frame("t", Acks.LEADER, "a", "b"));
        // when
        ByteBuffer answer = sink.take(frame("t", Acks.LEADER, "c")).payload();
        // then
        assertThat(answer.getInt(BinaryFrame.ID_AT)).isEqualTo(7);
        assertThat(answer.getLong(BinaryFrame.OFFSET_AT)).isEqualTo(2);
        assertThat(answer.getLong(BinaryFrame.END_AT)).isEqualTo(2);
        assertThat(sink.frames()).isEmpty();
    }

    @Test
    void givesBackWhatWasSentOfTheNewestTopic() {
        // given
        Ceiling source = new Ceiling(true);
        source.take(frame("old", Acks.LEADER, "gone"));
        source.take(frame("new", Acks.LEADER, "a", "b"));
        source.take(frame("new", Acks.NONE, "c"));
        // when
        var frames = source.frames();
        // then
        assertThat(frames).hasSize(2);
        ByteBuffer last = frames.get(1).payload();
        assertThat(last.getLong(BinaryFrame.OFFSET_AT)).isEqualTo(2);
        int batchesAt = BinaryFrame.HEADER_BYTES + "new".length();
        assertThat(Batches.values(last.slice(batchesAt, last.limit() - batchesAt)))
                .containsExactly("c");
    }

    @Test
    void refusesWhatIsNoBatchAndStaysSilentWhenNoAnswerIsWanted() {
        // given
        Ceiling sink = new Ceiling(false);
        var damaged = new BinaryFrame.Produce(1, Acks.ALL, "t", 0, ByteBuffer.allocate(10));
        // when
        ByteBuffer refused = sink.take(damaged).payload();
        // then
        assertThat(refused.getInt(BinaryFrame.ERROR_CODE_AT)).isNotZero();
        assertThat(sink.take(frame("t", Acks.NONE, "a"))).isNull();
    }
}
