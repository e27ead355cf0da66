package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a log's files after its last turn: flushes, gives up who still waits, lets the files go. */
final class LogClosing {
    private static final Logger LOG = LoggerFactory.getLogger(LogClosing.class);

    private final EngineContext context;
    private final EmbeddedPartitionLog log;

    LogClosing(EngineContext context, EmbeddedPartitionLog log) {
        this.context = context;
        this.log = log;
    }

    private interface Step {
        void run() throws IOException;
    }

    /**
     * Each step is done whatever became of those before, and who waits for the end is told of it.
     *
     * @param keep forces what was written; otherwise the files are about to be deleted
     */
    void run(boolean keep, CompletableFuture<Void> closed) {
        Throwable failure = null;
        for (Step step : List.<Step>of(() -> flushLast(keep), log::giveUp, this::retire)) {
            try {
                step.run();
            } catch (IOException e) {
                failure = failure == null ? IoFailure.of("closing " + log.id(), e) : failure;
            } catch (RuntimeException | Error e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure == null) {
            closed.complete(null);
        } else {
            LOG.warn(
                    "Log did not close cleanly topic={} partition={}",
                    log.id().partition().topic(),
                    log.id().partition().partition(),
                    failure);
            closed.completeExceptionally(BarnabasException.of(failure));
        }
    }

    private void flushLast(boolean keep) throws IOException {
        if (keep && !context.health().failed()) {
            log.flush().atClose();
        }
    }

    private void retire() throws IOException {
        context.dirty().remove(log);
        IOException failure = null;
        for (Segment segment : log.segments().all()) {
            try {
                segment.retire();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
