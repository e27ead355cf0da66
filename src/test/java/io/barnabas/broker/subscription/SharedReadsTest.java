package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.broker.ReadBlocks;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.InMemoryPartitionLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One read for all who stand at the same offset. */
class SharedReadsTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final int MAX_BYTES = 100_000;

    private final SharedReads reads = new SharedReads(MAX_BYTES);
    private final InMemoryPartitionLog log = new InMemoryPartitionLog(PARTITION);
    private final ReadBlocks blocks = new ReadBlocks(1 << 20);
    private int readCount;

    @BeforeEach
    void followTwice() {
        reads.follow(PARTITION);
        reads.follow(PARTITION);
    }

    @Test
    void readsOnceForAllAtOneOffset() {
        append("a");
        Portion first = read(log, 0);
        Portion second = read(log, 0);
        assertThat(readCount).isOne();
        assertThat(second.batches()).isSameAs(first.batches());
    }

    @Test
    void joinsAReadThatIsUnderWay() {
        append("a");
        CompletableFuture<ReadResult> slow = new CompletableFuture<>();
        CompletionStage<Portion> first = reads.read(PARTITION, log, 0, blocks::open, memory -> slow);
        CompletionStage<Portion> second = reads.read(PARTITION, log, 0, blocks::open, memory -> {
            throw new AssertionError("a second read");
        });
        slow.complete(result(log, 0));
        assertThat(second.toCompletableFuture().join().batches())
                .isSameAs(first.toCompletableFuture().join().batches());
    }

    @Test
    void tellsHowFarTheLogReachesByNow() {
        append("a");
        read(log, 0);
        append("b");
        assertThat(read(log, 0).highWatermark()).isEqualTo(2);
        assertThat(readCount).isOne();
    }

    @Test
    void readsAnewForAReaderThatHasFallenBehind() {
        append("a");
        read(log, 0);
        append("b", "c", "d");
        assertThat(read(log, 0).batches().remaining())
                .isEqualTo(result(log, 0).batches().remaining());
        assertThat(readCount).isEqualTo(2);
    }

    @Test
    void sharesNothingWithAnotherOpeningOfTheLog() {
        append("a");
        read(log, 0);
        InMemoryPartitionLog reopened = log.reopened();
        read(reopened, 0);
        assertThat(readCount).isEqualTo(2);
    }

    @Test
    void keepsNothingForAPartitionsOnlyFollower() {
        reads.unfollow(PARTITION);
        append("a");
        assertThat(read(log, 0).shared()).isFalse();
        assertThat(reads.bytes()).isZero();
    }

    @Test
    void forgetsAReadThatFailed() {
        append("a");
        BarnabasException failure = new BarnabasException(ErrorCode.CORRUPT_DATA, "bad");
        CompletionStage<Portion> failed =
                reads.read(PARTITION, log, 0, blocks::open, memory -> CompletableFuture.failedFuture(failure));
        assertThatThrownBy(() -> failed.toCompletableFuture().join()).hasCause(failure);
        assertThat(read(log, 0).batches().hasRemaining()).isTrue();
    }

    @Test
    void dropsTheLeastRecentlyUsedBeyondItsBytes() {
        for (int i = 0; i < 30; i++) {
            append("x".repeat(10_000));
            read(log, i);
        }
        assertThat(reads.bytes()).isBetween(1L, (long) MAX_BYTES);
        read(log, 0);
        assertThat(readCount).isEqualTo(31);
    }

    @Test
    void countsWhatIsMadeOfAPortion() {
        append("a");
        Portion portion = read(log, 0);
        long before = reads.bytes();
        record Sized(int bytes) implements Portion.Form {}
        portion.form("key", Sized.class, () -> new Sized(5_000));
        assertThat(portion.form("key", Sized.class, () -> new Sized(1)).bytes()).isEqualTo(5_000);
        assertThat(reads.bytes()).isEqualTo(before + 5_000);
    }

    private void append(String... values) {
        log.append(Batches.of(values), Acks.ALL);
    }

    private Portion read(InMemoryPartitionLog from, long offset) {
        return reads.read(PARTITION, from, offset, blocks::open, memory -> {
                    readCount++;
                    return from.read(offset, 1 << 20);
                })
                .toCompletableFuture()
                .join();
    }

    private static ReadResult result(InMemoryPartitionLog log, long offset) {
        return log.read(offset, 1 << 20).toCompletableFuture().join();
    }
}
