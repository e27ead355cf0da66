package io.barnabas.log;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where logs live. One per node. Thread-safe.
 *
 * <p>One contract test suite holds for every engine. Stages complete exceptionally with {@link
 * io.barnabas.record.BarnabasException}; they never complete on an append or fsync thread.
 */
public interface LogEngine extends AutoCloseable {
    /**
     * Opens the log for its owner, creating it when it does not exist, and recovers it: what the returned log serves
     * has been checked and forced. An open under a newer epoch closes the handle of an older one, whose appends then
     * fail with {@code NOT_OWNER}; an open under an older epoch than any seen fails so itself.
     *
     * @param epoch the owner's epoch, written into every batch it appends
     */
    CompletionStage<PartitionLog> open(LogId id, int epoch, LogConfig config);

    /** Removes the log and its files; a log that does not exist is no error. An open handle is closed first. */
    CompletionStage<Void> delete(LogId id);

    /** What an operator must know: whether appends are possible, and why not. */
    EngineStatus status();

    /** Whether it reaches what it stores on. */
    default StorageReach reach() {
        return StorageReach.ABLE;
    }

    /**
     * Work that should be short and has run for longer than this, for the operator; absent when all goes on. Never
     * blocks.
     */
    default Optional<String> stuck(long afterMs) {
        return Optional.empty();
    }

    /** Flushes and closes every log and marks the stop as clean. Idempotent; blocks until done. */
    @Override
    void close();
}
