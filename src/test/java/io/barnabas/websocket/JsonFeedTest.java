package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.broker.format.Json;
import io.barnabas.broker.format.JsonLimits;
import io.barnabas.broker.format.RecordFormat;
import io.barnabas.broker.format.RecordWriter;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.Compression;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records of stored batches as frames. */
class JsonFeedTest {
    private static final int MAX_FRAME_BYTES = 400;

    private final List<String> frames = new ArrayList<>();

    @Test
    void endsAFrameWhenItIsFull() {
        JsonFeed feed = feed(0, Batches.numbered(0, Batches.of("x".repeat(300), "y".repeat(300), "z")));
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(feed.send(100)).isZero();
        assertThat(frames).hasSize(3);
        assertThat(feed.nextOffset()).isEqualTo(3);
    }

    @Test
    void readsCompressedBatchesFromTheMiddle() {
        JsonFeed feed = feed(
                12,
                Batches.concat(
                        Batches.numbered(10, Batches.of(Compression.ZSTD, "a", "b", "c")),
                        Batches.numbered(13, Batches.of(Compression.GZIP, "d"))));
        assertThat(feed.send(100)).isEqualTo(2);
        assertThat(frames.get(0)).contains("\"offset\":12", "\"offset\":13").doesNotContain("\"offset\":11");
        assertThat(feed.nextOffset()).isEqualTo(14);
    }

    @Test
    void passesOverABatchThatHoldsNothingWanted() {
        JsonFeed feed = feed(5, Batches.numbered(3, Batches.of("a", "b")));
        assertThat(feed.send(100)).isZero();
        assertThat(frames).isEmpty();
        assertThat(feed.nextOffset()).isEqualTo(5);
    }

    @Test
    void sendsWhatStandsBeforeADamagedBatchThenFails() {
        ByteBuffer damaged = Batches.numbered(1, Batches.of("bad"));
        damaged.put(damaged.limit() - 2, (byte) (damaged.get(damaged.limit() - 2) ^ 1));
        JsonFeed feed = feed(0, Batches.concat(Batches.numbered(0, Batches.of("good")), damaged));
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(feed.nextOffset()).isEqualTo(1);
        assertThatThrownBy(() -> feed.send(100))
                .isInstanceOfSatisfying(BarnabasException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.CORRUPT_DATA));
        assertThat(frames).hasSize(1);
    }

    private JsonFeed feed(long from, ByteBuffer batches) {
        Json json = new Json(JsonLimits.DEFAULT);
        return new JsonFeed(
                new TopicPartition("orders", 0),
                Portion.alone(new ReadResult(batches.asReadOnlyBuffer(), 100, 0)),
                from,
                new RecordWriter(RecordFormat.TEXT, json),
                MAX_FRAME_BYTES,
                frame -> frames.add(frame.string()));
    }
}
