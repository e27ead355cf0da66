package io.barnabas.broker.subscription;

import io.barnabas.broker.StartPosition;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Seeking is the same for every subscription: only what is read now, and the answer before the first record. */
final class Seeks {
    private Seeks() {}

    /** Completes in a turn, with the offset at which reading goes on. */
    static CompletionStage<Long> seek(
            TopicPartition partition, StartPosition start, RecordSource source, Delivery delivery, Executor turns) {
        if (!delivery.holds(partition)) {
            return CompletableFuture.failedFuture(notAssigned(partition));
        }
        CompletableFuture<Long> sought = new CompletableFuture<>();
        source.resolve(partition, start)
                .whenComplete((offset, failure) -> turns.execute(() -> {
                    if (failure != null) {
                        sought.completeExceptionally(BarnabasException.of(failure));
                    } else if (!delivery.holds(partition)) {
                        sought.completeExceptionally(notAssigned(partition));
                    } else {
                        sought.complete(offset);
                        delivery.seek(partition, offset);
                    }
                }));
        return sought;
    }

    static BarnabasException notAssigned(TopicPartition partition) {
        return new BarnabasException(
                ErrorCode.NOT_ASSIGNED, "partition " + partition.partition() + " is not assigned to this subscription");
    }
}
