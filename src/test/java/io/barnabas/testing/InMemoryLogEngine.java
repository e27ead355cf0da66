package io.barnabas.testing;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogEngine;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Logs in memory; opens complete at once unless told otherwise. */
public final class InMemoryLogEngine implements LogEngine {
    private final Map<LogId, InMemoryPartitionLog> logs = new ConcurrentHashMap<>();
    private final Set<Integer> damaged = new HashSet<>();

    /** Opens wait for it. */
    private volatile CompletableFuture<Void> mayOpen = CompletableFuture.completedFuture(null);

    /** From now on what is to be opened waits. */
    public void holdOpens() {
        mayOpen = new CompletableFuture<>();
    }

    public void releaseOpens() {
        mayOpen.complete(null);
    }

    /** Opening this partition number of any topic fails with {@code CORRUPT_DATA}. */
    public void damage(int partition) {
        damaged.add(partition);
    }

    /** The open log, or null. */
    public InMemoryPartitionLog log(LogId id) {
        return logs.get(id);
    }

    public Set<LogId> ids() {
        return Set.copyOf(logs.keySet());
    }

    @Override
    public CompletionStage<PartitionLog> open(LogId id, int epoch, LogConfig config) {
        if (damaged.contains(id.partition().partition())) {
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.CORRUPT_DATA, "damaged for the test"));
        }
        InMemoryPartitionLog log = logs.compute(
                id, (key, before) -> before == null ? new InMemoryPartitionLog(id, epoch) : before.reopened());
        return mayOpen.thenApply(done -> log);
    }

    @Override
    public CompletionStage<Void> delete(LogId id) {
        logs.remove(id);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EngineStatus status() {
        return new EngineStatus.Writable();
    }

    @Override
    public void close() {}
}
