package io.barnabas.broker.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Takes a batch a frame into a queue of so many frames, which the test empties. Confined to one thread. */
final class BatchOutlet implements Outlet {
    private final int mostFrames;
    private final List<Sent> sent = new ArrayList<>();
    private int queued;

    /** Records of one frame: offsets from inclusive to exclusive. */
    record Sent(TopicPartition partition, long from, long to) {}

    BatchOutlet(int mostFrames) {
        this.mostFrames = mostFrames;
    }

    List<Sent> sent() {
        return sent;
    }

    /** The reader has taken what was queued. */
    void drain() {
        queued = 0;
    }

    @Override
    public boolean writable() {
        return queued < mostFrames;
    }

    /** A portion counts as one frame. */
    @Override
    public boolean writableBeside(int bytes) {
        return queued + 1 < mostFrames;
    }

    @Override
    public Feed feed(TopicPartition partition, Portion portion, long from) {
        Iterator<RecordBatch> batches = RecordBatches.stored(portion.batches()).iterator();
        return new Feed() {
            private long next = from;

            @Override
            public int send(long most) {
                assertThat(most).as("credit").isPositive();
                while (batches.hasNext()) {
                    RecordBatch batch = batches.next();
                    if (batch.endOffset() > next) {
                        long first = Math.max(next, batch.baseOffset());
                        int records = (int) (batch.endOffset() - first);
                        sent.add(new Sent(partition, first, batch.endOffset()));
                        next = batch.endOffset();
                        queued++;
                        return records;
                    }
                }
                return 0;
            }

            @Override
            public long nextOffset() {
                return next;
            }
        };
    }

    @Override
    public void assigned(int generation, SortedMap<TopicPartition, OptionalLong> offsets, Optional<String> waiting) {
        throw new AssertionError("nobody assigns");
    }

    @Override
    public void revoked(int generation, Set<TopicPartition> partitions) {
        throw new AssertionError("nobody revokes");
    }

    @Override
    public void failed(TopicPartition partition, BarnabasException failure) {
        throw new AssertionError(partition + " failed", failure);
    }

    @Override
    public void ended(BarnabasException reason) {
        throw new AssertionError("ended", reason);
    }

    @Override
    public CompletionStage<Void> received() {
        return CompletableFuture.completedFuture(null);
    }
}
