package io.barnabas.broker.subscription;

import io.barnabas.broker.StartPosition;
import io.barnabas.group.GroupCoordinator.CommittedOffset;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Records that flow from a topic to an {@link Outlet}. Every method is called in the subscription's turns, and every
 * stage completes in one; failures are {@link io.barnabas.record.BarnabasException}.
 */
public sealed interface Subscription permits SoloSubscription, GroupSubscription {
    /** Begins; the assignment and the records follow after the stage has completed. */
    CompletionStage<Started> start();

    /**
     * Lets more records go; answers what is left to send. {@code INVALID_FIELD} over the limit.
     *
     * @param records at least 1
     */
    long credit(long records);

    /**
     * Commits the next offsets to read; as {@link io.barnabas.group.GroupCoordinator#commit}, or {@code ILLEGAL_STATE}
     * when there is no group.
     *
     * @param generation that the reader believes in; absent for the latest it was told
     */
    CompletionStage<Void> commit(Map<Integer, CommittedOffset> offsets, OptionalInt generation);

    /** Goes on elsewhere; answers the offset. {@code NOT_ASSIGNED} for a partition that is not read here. */
    CompletionStage<Long> seek(int partition, StartPosition start);

    /**
     * The reader is done with partitions that were revoked, although not everything is committed. {@code NOT_ASSIGNED}
     * for one that is not being given up.
     */
    CompletionStage<Void> released(Set<Integer> partitions);

    /** Ends on purpose: partitions are handed over at once. */
    CompletionStage<Void> unsubscribe();

    /** The outlet has room again. */
    void writable();

    /** Time has passed; called about once a second. */
    void tick(long nanoTime);

    /** The reader is gone; completes when its partitions are given back. Idempotent. */
    CompletionStage<Void> close();

    /**
     * What a reader is told at the start.
     *
     * @param member absent when it reads alone
     */
    record Started(Optional<String> member) {}
}
