package io.barnabas.log.bookkeeper;

import io.barnabas.log.Batches;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Waits for stages in tests, for a bounded time. */
final class Stages {
    private Stages() {}

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().orTimeout(40, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw BarnabasException.of(e);
        }
    }

    static ErrorCode codeOf(CompletionStage<?> stage) {
        return BarnabasException.of(stage.toCompletableFuture()
                        .handle((result, failure) -> failure)
                        .orTimeout(40, TimeUnit.SECONDS)
                        .join())
                .code();
    }

    /** Everything that can be read, as {@code offset:value}. */
    static List<String> all(PartitionLog log) {
        List<String> values = new ArrayList<>();
        long offset = log.logStartOffset();
        while (offset < log.highWatermark()) {
            ReadResult read = get(log.read(offset, 1 << 20));
            if (!read.batches().hasRemaining()) {
                return values;
            }
            List<String> found = Batches.values(read.batches());
            values.addAll(found);
            String last = found.get(found.size() - 1);
            offset = Long.parseLong(last.substring(0, last.indexOf(':'))) + 1;
        }
        return values;
    }
}
