package io.barnabas.log.bookkeeper;

/**
 * One ledger of a partition: the records of {@code [baseOffset, endOffset)}.
 *
 * @param ledgerId BookKeeper's number
 * @param baseOffset of the first record that is or will be in it
 * @param endOffset exclusive; {@value #UNKNOWN} while it is open
 * @param lastEntryId inclusive; {@value #UNKNOWN} while it is open, or when it has no entry
 * @param epoch of the owner that made it
 * @param sizeBytes as BookKeeper counts them, 0 while it is open
 * @param maxTimestamp the newest of its records; {@value #UNKNOWN} when it has none, or while it is open
 * @param madeMs when it was made, by its owner's clock
 * @param compacted whether it replaced others
 */
record LedgerSegment(
        long ledgerId,
        long baseOffset,
        long endOffset,
        long lastEntryId,
        int epoch,
        long sizeBytes,
        long maxTimestamp,
        long madeMs,
        boolean compacted) {
    static final long UNKNOWN = -1;

    static LedgerSegment open(long ledgerId, long baseOffset, int epoch, long madeMs) {
        return new LedgerSegment(ledgerId, baseOffset, UNKNOWN, UNKNOWN, epoch, 0, UNKNOWN, madeMs, false);
    }

    boolean closed() {
        return endOffset >= 0;
    }

    LedgerSegment ended(End end) {
        return new LedgerSegment(
                ledgerId,
                baseOffset,
                end.endOffset,
                end.lastEntryId,
                epoch,
                end.sizeBytes,
                end.maxTimestamp,
                madeMs,
                compacted);
    }

    /** How a ledger ended. */
    record End(long endOffset, long lastEntryId, long sizeBytes, long maxTimestamp) {}
}
