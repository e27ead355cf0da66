package io.barnabas.log.bookkeeper;

import io.barnabas.log.Throttle;
import io.barnabas.log.TrustedClock;
import io.barnabas.record.BarnabasException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done to open logs now and then: ledgers that are old enough are ended, retention, compaction, ledgers that were
 * let go are deleted. On one thread; blocks.
 */
final class LedgerHousekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerHousekeeping.class);

    private final BookKeeperContext context;
    private final Supplier<Collection<BookKeeperPartitionLog>> logs;
    private final TrustedClock clock;
    private final Throttle throttle;

    LedgerHousekeeping(BookKeeperContext context, Supplier<Collection<BookKeeperPartitionLog>> logs) {
        this.context = context;
        this.logs = logs;
        this.throttle =
                new Throttle(context.limits().compactionBytesPerSecond(), context.nanoTime(), Throttle.Pause.PARKED);
        this.clock = new TrustedClock(
                context.clock().millis(),
                context.nanoTime().getAsLong(),
                context.limits().clockHoldMs());
    }

    synchronized void run() {
        long nowMs = nowMs();
        for (BookKeeperPartitionLog log : logs.get()) {
            attempt(log, () -> keep(log, nowMs));
        }
    }

    /** Compacts one log, if it is worth it, and nothing else. */
    synchronized void compact(BookKeeperPartitionLog log) {
        attempt(log, () -> new LedgerCompaction(context, log, nowMs(), throttle).run());
    }

    private long nowMs() {
        return clock.nowMs(context.clock().millis(), context.nanoTime().getAsLong());
    }

    private static void attempt(BookKeeperPartitionLog log, Runnable work) {
        if (log.closed()) {
            return;
        }
        try {
            work.run();
        } catch (BarnabasException e) {
            LOG.warn(
                    "Housekeeping of a log failed topic={} partition={}",
                    log.id().partition().topic(),
                    log.id().partition().partition(),
                    e);
        }
    }

    private void keep(BookKeeperPartitionLog log, long nowMs) {
        log.keep(nowMs);
        LedgerRetention retention = new LedgerRetention(
                context.settings(), log.config(), context.limits().producerExpiryMs(), nowMs);
        OpenLedger open = log.newestLedger();
        LedgerList before = log.lists().list();
        boolean isOpen = open != null && before.last() != null && !before.last().closed();
        LedgerList after = Waits.of(log.lists().change(list -> retention.kept(list, isOpen ? open.sentBytes() : 0)));
        if (after.startOffset() != before.startOffset()) {
            log.reader().changed();
            int gone = before.segments().size() - after.segments().size();
            context.events().segmentsDeleted(log.id(), Math.max(0, gone), 0);
        }
        new LedgerCompaction(context, log, nowMs, throttle).run();
        deleteDropped(log);
    }

    /** First deleted, then forgotten: after a crash in between it is done again. */
    private void deleteDropped(BookKeeperPartitionLog log) {
        long due = context.clock().millis() - context.settings().deleteDelayMs();
        Set<Long> deleted = new HashSet<>();
        for (LedgerList.Dropped dropped : log.lists().list().dropping()) {
            if (dropped.atMs() <= due) {
                Waits.of(context.ledgers().delete(dropped.ledgerId()));
                deleted.add(dropped.ledgerId());
            }
        }
        if (!deleted.isEmpty()) {
            Waits.of(log.lists().change(list -> list.deleted(deleted)));
        }
    }
}
