package io.barnabas.log;

import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** One call of {@code append} that waits for its turn or for the disk. Handed from thread to thread, never shared. */
final class Append {
    private final ByteBuffer batches;
    private final Acks acks;
    private final CompletableFuture<AppendResult> answer = new CompletableFuture<>();
    private AppendResult result;

    /** @param batches whole batches between position and limit, which nobody moves */
    Append(ByteBuffer batches, Acks acks) {
        this.batches = batches;
        this.acks = acks;
    }

    ByteBuffer batches() {
        return batches;
    }

    Acks acks() {
        return acks;
    }

    CompletableFuture<AppendResult> answer() {
        return answer;
    }

    int sizeInBytes() {
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
