package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;

/** What a {@link LedgerWriter} does; the diagram is there. */
sealed interface WriterPhase {
    /** There is no ledger to write to, and nothing to be written. */
    record Idle() implements WriterPhase {}

    /** One is being made and listed. */
    record Opening() implements WriterPhase {}

    /** Making one failed; it is tried again soon. */
    record Pausing() implements WriterPhase {}

    record Writing(OpenLedger ledger) implements WriterPhase {}

    /** What is in flight is waited for, then the ledger is ended. */
    record Ending(OpenLedger ledger, boolean footerSent) implements WriterPhase {}

    /** Where a ledger that failed ends is being found out, or being listed. */
    record Mending(OpenLedger ledger) implements WriterPhase {}

    record Lost(BarnabasException reason) implements WriterPhase {}

    /** The ledger that is not listed as ended yet; null when there is none. */
    default OpenLedger ledger() {
        if (this instanceof Writing writing) {
            return writing.ledger;
        }
        if (this instanceof Ending ending) {
            return ending.ledger;
        }
        return this instanceof Mending mending ? mending.ledger : null;
    }

    /** Whether entries of this ledger are sent or waited for. */
    default boolean fills(OpenLedger ledger) {
        return (this instanceof Writing || this instanceof Ending) && ledger() == ledger;
    }
}
