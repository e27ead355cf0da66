package io.barnabas.log;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One call of {@code append} that waits for its turn or to become durable. Handed from thread to thread, never shared. */
public final class Append {
    private final ByteBuffer batches;
    private final Acks acks;
    private final CompletableFuture<AppendResult> answer = new CompletableFuture<>();

    /** Atomic: after a failure in the turn the turn and the commit thread may both want to answer. */
    private final AtomicBoolean answered = new AtomicBoolean();

    private AppendResult result;

    /** @param batches whole batches between position and limit, which nobody moves */
    public Append(ByteBuffer batches, Acks acks) {
        this.batches = batches;
        this.acks = acks;
    }

    public ByteBuffer batches() {
        return batches;
    }

    public Acks acks() {
        return acks;
    }

    public CompletableFuture<AppendResult> answer() {
        return answer;
    }

    /** True for the first who asks: that one answers. */
    public boolean settle() {
        return answered.compareAndSet(false, true);
    }

    public int sizeInBytes() {
        return batches.remaining();
    }

    /** What to answer once it is durable; set by the turn before anybody else learns of this append. */
    AppendResult result() {
        return result;
    }

    void result(AppendResult written) {
        result = written;
    }
}
