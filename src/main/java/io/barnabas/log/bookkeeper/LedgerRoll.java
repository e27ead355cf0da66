package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogConfig;

/** When a ledger is ended. Pure. */
final class LedgerRoll {
    private final BookKeeperSettings settings;

    LedgerRoll(BookKeeperSettings settings) {
        this.settings = settings;
    }

    /**
     * Whether it is ended before more is written.
     *
     * @param nextBytes about to be written
     * @param ledgers that the partition has
     */
    boolean rolls(OpenLedger ledger, int nextBytes, LogConfig config, long nowMs, int ledgers) {
        if (!ledger.holdsRecords() || ledgers >= settings.maxLedgersPerPartition()) {
            return false;
        }
        long most = Math.min(settings.rollBytes(), config.segmentBytes());
        return ledger.sentBytes() + nextBytes > most || aged(ledger, config, nowMs);
    }

    /** A clock that went back makes nothing older. */
    boolean aged(OpenLedger ledger, LogConfig config, long nowMs) {
        long most = Math.min(settings.rollIntervalMs(), config.segmentMs());
        if (ledger.reduced()) {
            most = Math.min(most, settings.reducedRollIntervalMs());
        }
        return ledger.holdsRecords() && nowMs - ledger.madeMs() > most;
    }
}
