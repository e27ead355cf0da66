package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import java.io.IOException;
import java.util.Collection;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to open logs now and then: files whose time is up, retention, silent producers. On one thread. */
final class Housekeeping {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
    private static final long ROOM_BYTES = 16L << 20;

    private final EngineContext context;
    private final Supplier<Collection<EmbeddedPartitionLog>> logs;
    private final TrustedClock clock;
    private final Throttle throttle;

    Housekeeping(EngineContext context, Supplier<Collection<EmbeddedPartitionLog>> logs) {
        this.context = context;
        this.logs = logs;
        this.throttle =
                new Throttle(context.settings().compactionBytesPerSecond(), context.nanoTime(), Throttle.Pause.PARKED);
        this.clock = new TrustedClock(
                context.clock().millis(),
                context.nanoTime().getAsLong(),
                context.settings().clockHoldMs());
    }

    synchronized void run() {
        long nowMs = clock.nowMs(context.clock().millis(), context.nanoTime().getAsLong());
        for (EmbeddedPartitionLog log : logs.get()) {
            try {
                keep(log, nowMs);
            } catch (IOException | BarnabasException e) {
                LOG.warn(
                        "Housekeeping of a log failed topic={} partition={}",
                        log.id().partition().topic(),
                        log.id().partition().partition(),
                        e);
            }
        }
        lookForRoom();
    }

    private void keep(EmbeddedPartitionLog log, long nowMs) throws IOException {
        log.trim().removeRenamed();
        Retention retention = Retention.of(log, nowMs);
        log.turn(() -> {
                    log.writer().keep(nowMs, context.settings().producerExpiryMs());
                    return log.trim().oldest(retention);
                })
                .thenComposeAsync(log.trim()::finish, context.background())
                .join();
        new Compaction(context, log, nowMs, throttle).run();
    }

    /** Keeps some room back, and ends the disk-full state also when nobody tries to append. */
    private void lookForRoom() {
        try {
            context.checkpoints().keepRoom();
            if (context.health().isDiskFull() && context.files().usableBytes(context.dataDir()) >= ROOM_BYTES) {
                context.health().roomAgain();
            }
        } catch (IOException e) {
            LOG.warn("Free space cannot be kept or asked for", e);
        }
    }
}
