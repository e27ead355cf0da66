package io.barnabas.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class RecordBatchesTest {
    private static final ByteBuffer THREE = Batches.concat(
            Batches.numbered(0, Batches.of("a", "b")),
            Batches.numbered(2, Batches.of("c")),
            Batches.numbered(3, Batches.of("d")));

    @Test
    void splitsBatchesThatLieBackToBack() {
        // given
        ByteBuffer behindOtherBytes = ByteBuffer.allocate(THREE.limit() + 10)
                .position(10)
                .put(THREE.duplicate())
                .position(10);
        // when
        List<Long> offsets = offsets(RecordBatches.strict(behindOtherBytes));
        // then
        assertThat(offsets).containsExactly(0L, 2L, 3L);
        assertThat(behindOtherBytes.position()).isEqualTo(10);
    }

    @Test
    void endsAtATornTailOfStoredBatchesWhereverItIsCut() {
        // given
        int firstTwo = RecordBatches.strict(THREE).iterator().next().sizeInBytes() + 69;
        for (int limit = firstTwo; limit < THREE.limit(); limit++) {
            // when
            RecordBatches cut = RecordBatches.stored(THREE.duplicate().limit(limit));
            // then
            assertThat(offsets(cut)).containsExactly(0L, 2L);
            assertThat(cut.wholeBytes()).isEqualTo(firstTwo);
        }
    }

    @Test
    void refusesATornTailFromAClientWhereverItIsCut() {
        // given
        int firstTwo = RecordBatches.strict(THREE).iterator().next().sizeInBytes() + 69;
        for (int limit = firstTwo + 1; limit < THREE.limit(); limit++) {
            ByteBuffer cut = THREE.duplicate().limit(limit);
            // when, then
            assertThatThrownBy(() -> offsets(RecordBatches.strict(cut)))
                    .hasMessageContaining("at byte " + firstTwo)
                    .extracting(e -> ((BarnabasException) e).code())
                    .isEqualTo(ErrorCode.UNREADABLE_BATCH);
        }
    }

    @Test
    void callsStoredBytesCorruptThatCannotBeABatch() {
        // given
        ByteBuffer damaged = Batches.concat(Batches.of("a"), Batches.of("b"));
        damaged.putInt(69 + RecordBatch.LENGTH_AT, -5);
        // when, then
        assertThatThrownBy(() -> offsets(RecordBatches.stored(damaged)))
                .hasMessage("batch claims 7 bytes, 69 are left, at byte 69")
                .extracting(e -> ((BarnabasException) e).code())
                .isEqualTo(ErrorCode.CORRUPT_DATA);
    }

    @Test
    void hasNoMoreBatchesThanItSays() {
        // given
        var batches = RecordBatches.strict(ByteBuffer.allocate(0)).iterator();
        // when, then
        assertThat(batches.hasNext()).isFalse();
        assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    }

    private static List<Long> offsets(RecordBatches batches) {
        List<Long> offsets = new ArrayList<>();
        batches.forEach(batch -> offsets.add(batch.baseOffset()));
        return offsets;
    }
}
