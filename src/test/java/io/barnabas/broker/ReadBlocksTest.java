package io.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Memory for reads that is lent and given back. */
class ReadBlocksTest {
    private static final int READ_BYTES = 256 << 10;

    private final ReadBlocks blocks = new ReadBlocks(32 << 20);

    @Test
    void lendsAgainWhatWasGivenBack() {
        // given
        byte[] first = lent(READ_BYTES).array();
        // when
        byte[] second = lent(READ_BYTES - 100).array();
        // then
        assertThat(second).isSameAs(first);
    }

    private ByteBuffer lent(int bytes) {
        try (ReadBlock block = blocks.open()) {
            return block.take(bytes);
        }
    }

    @Test
    void lendsOneArrayToOneReadAtATime() {
        // given
        ReadBlock first = blocks.open();
        // when
        byte[] array = first.take(READ_BYTES).array();
        // then
        assertThat(blocks.open().take(READ_BYTES).array()).isNotSameAs(array);
    }

    @Test
    void takesAnArrayBackOnce() {
        // given
        ReadBlock block = blocks.open();
        block.take(READ_BYTES);
        // when
        block.close();
        block.close();
        // then
        assertThat(blocks.freeCount()).isOne();
    }

    @Test
    void givesRoomForExactlyWhatIsAskedAndBeforeIt() {
        // given
        ReadBlock block = blocks.open();
        // when
        ByteBuffer memory = block.take(READ_BYTES - 1);
        memory.put(0, (byte) 7);
        // then
        assertThat(memory.remaining()).isEqualTo(READ_BYTES - 1);
        ByteBuffer whole = block.bytes(-ReadBlock.ROOM_BYTES, READ_BYTES - 1);
        assertThat(whole.get(ReadBlock.ROOM_BYTES)).isEqualTo((byte) 7);
        assertThat(whole.remaining()).isEqualTo(ReadBlock.ROOM_BYTES + READ_BYTES - 1);
    }

    @Test
    void takesALargerArrayWhenAReadThatBeginsAnewNeedsMore() {
        // given
        ReadBlock block = blocks.open();
        block.take(READ_BYTES);
        // when
        ByteBuffer memory = block.take(3 * READ_BYTES);
        memory.put(3 * READ_BYTES - 1, (byte) 7);
        // then
        assertThat(memory.remaining()).isEqualTo(3 * READ_BYTES);
        assertThat(block.bytes(0, 3 * READ_BYTES).get(3 * READ_BYTES - 1)).isEqualTo((byte) 7);
    }

    @Test
    void keepsNoMoreThanItsBound() {
        // given
        ReadBlocks few = new ReadBlocks(7 * 2 * READ_BYTES);
        List<ReadBlock> lent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            lent.add(few.open());
            lent.get(i).take(READ_BYTES);
        }
        // when
        lent.forEach(ReadBlock::close);
        // then
        assertThat(few.freeCount()).isEqualTo(2);
    }

    @Test
    void keepsNothingWhenItIsTold() {
        // given
        ReadBlocks none = new ReadBlocks(0);
        ReadBlock block = none.open();
        // when
        ByteBuffer memory = block.take(READ_BYTES);
        block.close();
        // then
        assertThat(memory.remaining()).isEqualTo(READ_BYTES);
        assertThat(none.freeCount()).isZero();
    }

    @Test
    void keepsNeitherWhatIsSmallNorWhatIsHuge() {
        // given
        ReadBlock small = blocks.open();
        ReadBlock huge = blocks.open();
        // when
        assertThat(small.take(1_000).remaining()).isEqualTo(1_000);
        assertThat(huge.take(5 << 20).remaining()).isEqualTo(5 << 20);
        small.close();
        huge.close();
        // then
        assertThat(blocks.freeCount()).isZero();
    }

    @Test
    void showsNothingAfterItWasGivenBack() {
        // given
        ReadBlock block = blocks.open();
        block.take(READ_BYTES);
        // when
        block.close();
        // then
        assertThat(block.taken()).isFalse();
        assertThatThrownBy(() -> block.bytes(0, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesABoundBelowZero() {
        assertThatThrownBy(() -> new ReadBlocks(-1)).isInstanceOf(BarnabasException.class);
    }
}
