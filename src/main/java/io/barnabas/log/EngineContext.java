package io.barnabas.log;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * What every log of an engine shares.
 *
 * @param appends runs the partitions' turns
 * @param reads runs reads; refuses when too many wait
 * @param background runs what may take long and hurries nobody: checkpoints on demand, deletions
 * @param completions runs what callers have attached to their stages
 * @param dirty logs with writes since their last checkpoint
 * @param unflushed how much they wrote
 * @param windows what recoveries read through
 */
record EngineContext(
        Path dataDir,
        EmbeddedLogSettings settings,
        LogFiles files,
        FileCache cache,
        Clock clock,
        LongSupplier nanoTime,
        Executor appends,
        Executor reads,
        Executor background,
        Executor completions,
        LogEvents events,
        EngineHealth health,
        GroupCommit commit,
        Checkpoints checkpoints,
        Waiting waiting,
        Set<EmbeddedPartitionLog> dirty,
        Unflushed unflushed,
        ScanWindows windows) {

    /** Runs what answers a caller where callers' work runs; when that has ended, here: an answer is never lost. */
    void answer(Runnable answer) {
        try {
            completions.execute(answer);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            answer.run();
        }
    }
}
