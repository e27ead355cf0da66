package io.barnabas.log.bookkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class EntryCacheTest {
    private final EntryCache cache = new EntryCache(3_000);
    private final EntryCache.Share first = cache.share();
    private final EntryCache.Share second = cache.share();

    private static StoredBatches batches(long from, long end) {
        return new StoredBatches(from, end, ByteBuffer.allocate(800));
    }

    @Test
    void findsWhatHoldsAnOffset() {
        // when
        first.put(batches(10, 20));
        // then
        assertThat(first.holding(9)).isNull();
        assertThat(first.holding(10)).isNotNull();
        assertThat(first.holding(19)).isNotNull();
        assertThat(first.holding(20)).isNull();
        assertThat(second.holding(10)).isNull();
    }

    @Test
    void letsTheOldestOfAllPartitionsGoWhenThereIsTooMuch() {
        // when
        first.put(batches(0, 1));
        second.put(batches(0, 1));
        first.put(batches(1, 2));
        second.put(batches(1, 2));
        // then
        assertThat(first.holding(0)).isNull();
        assertThat(second.holding(0)).isNotNull();
        assertThat(second.holding(1)).isNotNull();
        assertThat(cache.bytes()).isLessThanOrEqualTo(3_000);
    }

    @Test
    void takesNoRoomForWhatWasForgotten() {
        // given
        first.put(batches(0, 1));
        first.put(batches(1, 2));
        second.put(batches(0, 1));
        // when
        first.clearBelow(1);
        second.clear();
        // then
        assertThat(first.holding(0)).isNull();
        assertThat(first.holding(1)).isNotNull();
        assertThat(cache.bytes()).isEqualTo(1_000);
    }
}
