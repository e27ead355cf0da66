package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogId;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The list of ledgers of each partition, changed by compare and set under the owner's epoch. It and BookKeeper's fencing
 * are what keeps two owners from writing at the same time; no clock takes part.
 *
 * <p>Thread-safe; never blocks. Failures are {@link io.barnabas.record.BarnabasException}: {@code NOT_OWNER} when
 * another epoch owns the partition or its topic is deleted, {@code ILLEGAL_STATE} when the same epoch has written
 * meanwhile (read again), {@code ZOOKEEPER_UNAVAILABLE}, after which a change may have been made or not.
 */
public interface LedgerDocuments {
    /**
     * A list as it was read or written.
     *
     * @param token what the store needs to know it again
     */
    record Document(UUID topicId, int partition, int epoch, LedgerList ledgers, Object token) {}

    /** The list of a partition that is owned under just this epoch. */
    CompletionStage<Document> owned(LogId id, int epoch);

    /**
     * Replaces the list if it still is {@code expected}. A repeat of a change that was made, and whose answer was lost,
     * succeeds.
     */
    CompletionStage<Document> replace(Document expected, LedgerList ledgers);

    /** Lists of deleted topics, whose ledgers are to be deleted. */
    CompletionStage<List<Document>> remains();

    /** The ledgers of a deleted topic's list are deleted. Without effect when it is gone. */
    CompletionStage<Void> forget(Document remains);

    /** Every ledger that any list names, those of deleted topics included. Not for often. */
    CompletionStage<Set<Long>> named();
}
