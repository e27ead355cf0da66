package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogId;
import java.util.concurrent.CompletableFuture;

/**
 * Finds out where a ledger ends to which writing failed, and ends it there.
 *
 * <p>That an entry was refused because the ledger is fenced does not yet mean that another node owns the partition:
 * BookKeeper's own recovery fences, too, when a bookie of a ledger is gone for long. Who owns it is said by the
 * partition's document alone.
 */
final class LedgerMending {
    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;

    LedgerMending(BookKeeperContext context, LogId id, int epoch) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
    }

    /** Fails with {@code NOT_OWNER} when the partition has another owner; any other failure may be tried again. */
    CompletableFuture<Ledgers.Closed> end(OpenLedger ledger) {
        return context.ledgers().close(ledger.handle()).exceptionallyCompose(failure -> recovered(ledger));
    }

    private CompletableFuture<Ledgers.Closed> recovered(OpenLedger ledger) {
        return context.documents()
                .owned(id, epoch)
                .thenCompose(document -> context.ledgers().recover(ledger.id()))
                .toCompletableFuture();
    }
}
