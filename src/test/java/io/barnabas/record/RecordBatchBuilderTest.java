package io.barnabas.record;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBatchBuilderTest {
    private static final byte[] TEXT = "..key.value..".getBytes(UTF_8);

    @Test
    void takesSlicesOfArraysAndBuffersAlike() {
        // given
        RecordBatchBuilder slices = new RecordBatchBuilder(Compression.NONE);
        RecordBatchBuilder buffers = new RecordBatchBuilder(Compression.NONE);
        ByteBuffer key = ByteBuffer.wrap(TEXT, 2, 3);
        // when
        slices.append(5, TEXT, 2, 3, TEXT, 6, 5, List.of());
        buffers.append(5, key, ByteBuffer.wrap(TEXT, 6, 5).asReadOnlyBuffer(), List.of());
        // then
        ByteBuffer built = slices.build();
        assertThat(built).isEqualTo(buffers.build());
        assertThat(key.position()).isEqualTo(2);
        assertThat(Batches.records(built))
                .containsExactly(new LogRecord(0, 5, "key".getBytes(UTF_8), "value".getBytes(UTF_8), List.of()));
    }

    @Test
    void knowsItsSizeAndNeverMoreThanItForetold() {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        List<Header> headers = List.of(new Header("schlüssel", new byte[7]), new Header("k", null));
        long bound = builder.sizeInBytes() + RecordBatchBuilder.recordBytesAtMost(3, 5, headers);
        // when
        int place = builder.append(Batches.TIMESTAMP, TEXT, 0, 3, TEXT, 0, 5, headers);
        // then
        assertThat(place).isZero();
        assertThat((long) builder.sizeInBytes()).isLessThanOrEqualTo(bound);
        assertThat(builder.sizeInBytes()).isEqualTo(builder.build().limit());
    }

    @Test
    void keepsWhatItHasWhenARecordDoesNotFit() {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 0, 200);
        builder.append(1, null, new byte[50], List.of());
        // when
        assertThatThrownBy(() -> builder.append(1, null, new byte[100], List.of()))
                .hasMessage("batch would exceed 200 bytes, the limit")
                .extracting(e -> ((BarnabasException) e).code())
                .isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        // then
        builder.append(1, null, new byte[60], List.of());
        ByteBuffer built = builder.build();
        assertThat(Batches.records(built))
                .extracting(record -> record.value().length)
                .containsExactly(50, 60);
    }

    @Test
    void refusesANegativeTimestamp() {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        // when, then
        assertThatThrownBy(() -> builder.append(-2, null, new byte[0], List.of()))
                .hasMessage("timestamp must not be negative, got -2")
                .isInstanceOf(BarnabasException.class);
    }

    @Test
    void isSpentOnceBuilt() {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        builder.append(1, null, new byte[0], List.of());
        // when
        builder.build();
        // then
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.append(1, null, new byte[0], List.of()))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void showsPlacesOfKeysAndValuesWithoutCopies(Compression compression) {
        // given
        RecordBatchBuilder builder = new RecordBatchBuilder(compression);
        builder.append(7, "k1".getBytes(UTF_8), null, List.of(new Header("h", new byte[] {1})));
        builder.append(9, null, "v2".getBytes(UTF_8), List.of());
        ByteBuffer batch = Batches.numbered(40, builder.build());
        RecordCursor records = RecordBatch.at(batch).records(RecordLimits.DEFAULT);
        // when, then
        assertThat(records.next()).isTrue();
        assertThat(records.offset()).isEqualTo(40);
        assertThat(records.timestamp()).isEqualTo(7);
        assertThat(UTF_8.decode(records.buffer().slice(records.keyAt(), records.keyLength()))
                        .toString())
                .isEqualTo("k1");
        assertThat(records.valueLength()).isEqualTo(RecordCursor.NULL_LENGTH);
        assertThat(records.value()).isNull();
        assertThat(records.headerCount()).isEqualTo(1);
        assertThat(records.headers()).containsExactly(new Header("h", new byte[] {1}));
        assertThat(records.next()).isTrue();
        assertThat(records.offset()).isEqualTo(41);
        assertThat(records.key()).isNull();
        assertThat(UTF_8.decode(records.value()).toString()).isEqualTo("v2");
        assertThat(records.headers()).isEmpty();
        assertThat(records.next()).isFalse();
        assertThat(records.next()).isFalse();
    }
}
