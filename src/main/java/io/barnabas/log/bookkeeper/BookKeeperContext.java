package io.barnabas.log.bookkeeper;

import io.barnabas.log.EmbeddedLogSettings;
import io.barnabas.log.LogEvents;
import io.barnabas.log.Waiting;
import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the logs of one engine share.
 *
 * @param limits what counts for both engines
 * @param completions where stages complete
 * @param appends where partitions have their turns
 * @param reads where what was read is put together
 * @param background for what is due later and for housekeeping
 * @param waiting bytes of appends that wait in all partitions
 * @param tail entries that were appended last
 * @param ahead entries read before somebody asked for them
 */
record BookKeeperContext(
        BookKeeperSettings settings,
        EmbeddedLogSettings limits,
        Ledgers ledgers,
        LedgerDocuments documents,
        Clock clock,
        LongSupplier nanoTime,
        Executor completions,
        Executor appends,
        Executor reads,
        ScheduledExecutorService background,
        Waiting waiting,
        EntryCache tail,
        EntryCache ahead,
        StorageHealth health,
        LogEvents events) {
    private static final Logger LOG = LoggerFactory.getLogger(BookKeeperContext.class);

    /** The same for a log that is no client's, kept in another list. */
    BookKeeperContext alone(LedgerDocuments list, LogEvents hearing) {
        return new BookKeeperContext(
                settings,
                limits,
                ledgers,
                list,
                clock,
                nanoTime,
                completions,
                appends,
                reads,
                background,
                waiting,
                tail,
                ahead,
                health,
                hearing);
    }

    /** Answers away from the engine's threads. */
    void answer(Runnable answer) {
        try {
            completions.execute(answer);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            answer.run(); // at the end of the process somebody still waits for this
        }
    }

    /** Runs later; at once when the engine ends, as nothing may be left that somebody waits for. */
    void later(long delayMs, Runnable work) {
        try {
            var unused = background.schedule(
                    () -> {
                        try {
                            work.run();
                        } catch (RuntimeException | Error e) {
                            LOG.error("Work of the log engine that was due failed", e);
                        }
                    },
                    delayMs,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            work.run();
        }
    }
}
