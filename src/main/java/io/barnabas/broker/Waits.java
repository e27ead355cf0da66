package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests that wait for records: each is woken by the first of its partitions that gets some, by its deadline, or by
 * the drain. Nothing polls. Thread-safe; bounded.
 */
final class Waits {
    private final ScheduledExecutorService deadlines;
    private final Executor responders;
    private final int maxWaiting;
    private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();

    /** Counted apart from the set, so that the bound is checked before anything is registered. */
    private final AtomicInteger waitingCount = new AtomicInteger();

    /** Set once; a wait that begins after the drain ends at once. */
    private volatile boolean drained;

    Waits(ScheduledExecutorService deadlines, Executor responders, int maxWaiting) {
        this.deadlines = requireNonNull(deadlines, "deadlines");
        this.responders = requireNonNull(responders, "responders");
        this.maxWaiting = maxWaiting;
    }

    /**
     * Completes, on the responders, when a log's high watermark is above its offset, at the latest after {@code waitMs}.
     *
     * @param offsets the next offset wanted from each log
     */
    CompletableFuture<Void> await(Map<PartitionLog, Long> offsets, long waitMs) {
        if (drained || waitMs <= 0 || anyReady(offsets)) {
            return CompletableFuture.completedFuture(null);
        }
        if (waitingCount.incrementAndGet() > maxWaiting) {
            waitingCount.decrementAndGet();
            return CompletableFuture.failedFuture(new BarnabasException(
                    ErrorCode.TOO_MANY, "already " + maxWaiting + " requests wait for records, try again later"));
        }
        Wait wait = new Wait(Set.copyOf(offsets.keySet()));
        CompletableFuture<Void> woken = wait.woken;
        waiting.add(wait);
        PartitionLog.Registration[] registrations = offsets.entrySet().stream()
                .map(entry -> entry.getKey().onHighWatermark(highWatermark -> {
                    if (highWatermark > entry.getValue()) {
                        woken.complete(null);
                    }
                }))
                .toArray(PartitionLog.Registration[]::new);
        ScheduledFuture<?> deadline = deadlines.schedule(() -> woken.complete(null), waitMs, TimeUnit.MILLISECONDS);
        if (drained || anyReady(offsets)) { // what came between the first look and the registration
            woken.complete(null);
        }
        return woken.whenComplete((done, failure) -> {
                    deadline.cancel(false);
                    waiting.remove(wait);
                    waitingCount.decrementAndGet();
                    for (PartitionLog.Registration registration : registrations) {
                        registration.close();
                    }
                })
                .thenRunAsync(() -> {}, responders);
    }

    /** Ends the waits for any of these logs: their partitions have changed hands. */
    void moved(List<PartitionLog> logs) {
        for (Wait wait : waiting) {
            if (logs.stream().anyMatch(wait.logs::contains)) {
                wait.woken.complete(null);
            }
        }
    }

    /** Ends every wait, now and from now on. */
    void drain() {
        drained = true;
        waiting.forEach(wait -> wait.woken.complete(null));
    }

    int count() {
        return waitingCount.get();
    }

    private static boolean anyReady(Map<PartitionLog, Long> offsets) {
        return offsets.entrySet().stream().anyMatch(entry -> entry.getKey().highWatermark() > entry.getValue());
    }

    /** One waiting request; compared by identity. */
    private static final class Wait {
        private final CompletableFuture<Void> woken = new CompletableFuture<>();
        private final Set<PartitionLog> logs;

        Wait(Set<PartitionLog> logs) {
            this.logs = logs;
        }
    }
}
