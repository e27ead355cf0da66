package io.barnabas.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchFilterTest {
    @Test
    void showsEachRecordOnceInOrder() {
        // given
        RecordBatch batch = RecordBatch.at(Batches.numbered(10, Batches.of("a", "b", "c")));
        List<Long> shown = new ArrayList<>();
        // when
        ByteBuffer kept = new BatchFilter(RecordLimits.DEFAULT).retain(batch, record -> {
            shown.add(record.offset());
            return record.offset() == 11;
        });
        // then
        assertThat(shown).containsExactly(10L, 11L, 12L);
        assertThat(Batches.values(kept)).containsExactly("b");
        assertThat(Batches.records(kept)).extracting(LogRecord::offset).containsExactly(11L);
    }

    @Test
    void canFilterWhatItHasFiltered() {
        // given
        BatchFilter filter = new BatchFilter(RecordLimits.DEFAULT);
        RecordBatch batch = RecordBatch.at(Batches.numbered(10, Batches.of(Compression.LZ4, "a", "b", "c", "d")));
        ByteBuffer once = filter.retain(batch, record -> record.offset() != 11);
        // when
        ByteBuffer twice = filter.retain(RecordBatch.at(once), record -> record.offset() != 12);
        // then
        assertThat(Batches.values(twice)).containsExactly("a", "d");
        assertThat(RecordBatch.at(twice).crcValid()).isTrue();
        assertThat(RecordBatch.at(twice).endOffset()).isEqualTo(14);
    }

    @Test
    void keepsTheAppendTimeOfTheBatch() {
        // given
        ByteBuffer batch = Batches.of("a", "b");
        RecordBatch.at(batch).stampAppendTime(77);
        // when
        ByteBuffer kept =
                new BatchFilter(RecordLimits.DEFAULT).retain(RecordBatch.at(batch), record -> record.index() == 1);
        // then
        assertThat(Batches.records(kept)).extracting(LogRecord::timestamp).containsExactly(77L);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void leavesAReadableHeaderWhenAllRecordsAreFilteredOut(Compression compression) {
        // given
        RecordBatch batch = RecordBatch.at(Batches.numbered(10, Batches.of(compression, "a", "b")));
        // when
        ByteBuffer empty = new BatchFilter(RecordLimits.DEFAULT).retain(batch, record -> false);
        // then
        RecordBatch left = RecordBatch.at(empty);
        assertThat(empty.limit()).isEqualTo(RecordBatch.HEADER_BYTES);
        assertThat(left.crcValid()).isTrue();
        assertThat(left.lastOffset()).isEqualTo(11);
        assertThat(left.records(RecordLimits.DEFAULT).toList()).isEmpty();
    }

    @Test
    void givesABatchBackAsItIsWhenAllRecordsAreKept() {
        // given
        ByteBuffer batch = Batches.of(Compression.ZSTD, "a", "b");
        // when
        ByteBuffer kept = new BatchFilter(RecordLimits.DEFAULT).retain(RecordBatch.at(batch), record -> true);
        // then
        assertThat(kept).isEqualTo(batch);
    }
}
