package io.barnabas.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.broker.ReadBlock;
import io.barnabas.broker.ReadBlocks;
import io.barnabas.broker.subscription.Portion;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.Compression;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.InMemoryPartitionLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stored batches as RECORDS frames. */
class BinaryFeedTest {
    private static final int MAX_FRAME_BYTES = 1_000;

    private final List<ByteBuffer> frames = new ArrayList<>();

    @Test
    void sendsBatchesAsTheyAreStored() {
        ByteBuffer stored = Batches.concat(
                Batches.numbered(10, Batches.of(Compression.ZSTD, "a", "b", "c")),
                Batches.numbered(13, Batches.of("d")));
        BinaryFeed feed = feed(10, stored);
        assertThat(feed.send(100)).isEqualTo(4);
        assertThat(feed.send(100)).isZero();
        assertThat(body(0)).isEqualTo(stored);
        assertThat(frames.get(0).getLong(BinaryFrame.OFFSET_AT)).isEqualTo(10);
        assertThat(frames.get(0).getLong(BinaryFrame.END_AT)).isEqualTo(100);
        assertThat(feed.nextOffset()).isEqualTo(14);
    }

    @Test
    void countsOnlyRecordsFromTheOffsetThatIsWanted() {
        BinaryFeed feed = feed(12, Batches.numbered(10, Batches.of("a", "b", "c")));
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(frames.get(0).getLong(BinaryFrame.OFFSET_AT)).isEqualTo(12);
        assertThat(feed.nextOffset()).isEqualTo(13);
    }

    @Test
    void passesOverBatchesThatEndBeforeWhatIsWanted() {
        ByteBuffer wanted = Batches.numbered(5, Batches.of("c"));
        BinaryFeed feed = feed(5, Batches.concat(Batches.numbered(3, Batches.of("a", "b")), wanted));
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(body(0)).isEqualTo(wanted);
    }

    @Test
    void sendsNothingWhenNothingIsWanted() {
        BinaryFeed feed = feed(5, Batches.numbered(3, Batches.of("a", "b")));
        assertThat(feed.send(100)).isZero();
        assertThat(frames).isEmpty();
    }

    @Test
    void endsWithTheBatchThatUsesUpTheCredit() {
        BinaryFeed feed = feed(
                0,
                Batches.concat(
                        Batches.numbered(0, Batches.of("a", "b")),
                        Batches.numbered(2, Batches.of("c", "d")),
                        Batches.numbered(4, Batches.of("e"))));
        assertThat(feed.send(3)).isEqualTo(4);
        assertThat(feed.nextOffset()).isEqualTo(4);
        assertThat(feed.send(1)).isEqualTo(1);
    }

    @Test
    void endsAFrameBeforeTheBatchThatDoesNotFit() {
        ByteBuffer large = Batches.numbered(0, Batches.of("x".repeat(2 * MAX_FRAME_BYTES)));
        ByteBuffer small = Batches.numbered(1, Batches.of("y".repeat(MAX_FRAME_BYTES / 2)));
        BinaryFeed feed = feed(0, Batches.concat(large, small, Batches.numbered(2, Batches.of("z".repeat(500)))));
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(feed.send(100)).isEqualTo(1);
        assertThat(body(0)).isEqualTo(large);
        assertThat(body(1)).isEqualTo(small);
    }

    @Test
    void sendsWhatStandsBeforeBytesThatAreNoBatchThenFails() {
        ByteBuffer damaged = Batches.numbered(1, Batches.of("bad"));
        damaged.put(16, (byte) 9);
        BinaryFeed feed = feed(0, Batches.concat(Batches.numbered(0, Batches.of("good")), damaged));
        assertThat(feed.send(100)).isEqualTo(1);
        assertThatThrownBy(() -> feed.send(100))
                .isInstanceOfSatisfying(BarnabasException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.CORRUPT_DATA));
        assertThat(frames).hasSize(1);
    }

    @Test
    void leavesTheLastFrameOfAPortionInTheMemoryThatWasLentForIt() {
        // given
        ByteBuffer first = Batches.numbered(0, Batches.of("a".repeat(700)));
        ByteBuffer second = Batches.numbered(1, Batches.of("b".repeat(700)));
        InMemoryPartitionLog log = new InMemoryPartitionLog(new TopicPartition("orders", 0));
        log.append(Batches.concat(Batches.of("a".repeat(700)), Batches.of("b".repeat(700))), Acks.LEADER);
        ReadBlock block = new ReadBlocks(1 << 20).open();
        Portion portion =
                Portion.alone(log.read(0, 1 << 20, block).toCompletableFuture().join(), block);
        List<Message> messages = new ArrayList<>();
        // when
        BinaryFeed feed = new BinaryFeed(new TopicPartition("orders", 0), portion, 0, MAX_FRAME_BYTES, messages::add);
        feed.send(100);
        boolean free = messages.get(0).frame().array() != block.bytes(0, 1).array();
        feed.send(100);
        // then
        assertThat(free).isTrue();
        assertThat(messages.get(1).frame().array()).isSameAs(block.bytes(0, 1).array());
        messages.forEach(message -> frames.add(message.payload()));
        assertThat(body(0)).isEqualTo(first);
        assertThat(body(1)).isEqualTo(second);
        portion.close();
        assertThat(block.taken()).isTrue();
        messages.get(1).sent();
        assertThat(block.taken()).isFalse();
    }

    private BinaryFeed feed(long from, ByteBuffer batches) {
        return new BinaryFeed(
                new TopicPartition("orders", 0),
                Portion.alone(new ReadResult(batches.asReadOnlyBuffer(), 100, 0)),
                from,
                MAX_FRAME_BYTES,
                frame -> frames.add(frame.payload()));
    }

    private ByteBuffer body(int frame) {
        int at = BinaryFrame.HEADER_BYTES + "orders".length();
        return frames.get(frame).slice(at, frames.get(frame).limit() - at);
    }
}
