package io.barnabas.broker.consumer;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.ReadMemory;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * One poll at work. Confined to the instance's turns.
 *
 * <pre>
 *   prepare --&gt; positions --&gt; read --&gt; enough, or time is up? --&gt; done
 *                  ^                        | no
 *                  |                        v
 *              keep alive &lt;-- wait for records, an assignment, or a third of the session time-out
 * </pre>
 *
 * <p>Each round reads from the instance's positions anew: nothing is held while it waits.
 */
final class Poll {
    private static final int NANOS_PER_MS = 1_000_000;

    /** A partition that could not be read is tried again so soon: nobody tells when its next owner has it. */
    private static final int RETRY_MS = 500;

    private final Instance instance;
    private final Services services;
    private final Turns turns;
    private final PollRequest request;
    private final long deadlineNanos;
    private final CompletableFuture<Found> found = new CompletableFuture<>();

    private final List<Polled.Chunk> chunks = new ArrayList<>();
    private final Map<TopicPartition, Positions.Place> places = new HashMap<>();
    private final Map<TopicPartition, Long> readEnds = new HashMap<>();
    private int bytes;
    private BarnabasException failure;
    private boolean repositioned;
    private boolean endsEarly;
    private long lastEndSum = Long.MIN_VALUE;

    /** Completed when the wait of this round is over; null while nothing waits. */
    private CompletableFuture<Void> waiting;

    /** What woke the poll is worth another look, whatever the log says. */
    private boolean changed;

    Poll(Instance instance, Services services, Turns turns, PollRequest request) {
        this.instance = requireNonNull(instance, "instance");
        this.services = requireNonNull(services, "services");
        this.turns = requireNonNull(turns, "turns");
        this.request = requireNonNull(request, "request");
        long waitMs = request.waitMs()
                .orElse(instance.settings()
                        .requestTimeoutMs()
                        .orElse(services.settings().requestTimeoutMs()));
        this.deadlineNanos = services.nanoTime().getAsLong() + waitMs * NANOS_PER_MS;
    }

    /** What the poll found, completed in a turn. */
    CompletionStage<Found> run() {
        afterwards(instance.prepare(), this::round);
        return found;
    }

    void wake() {
        changed = true;
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    /** Ends the poll with nothing, unless its answer is on its way already. */
    void endEarly() {
        endsEarly = true;
        wake();
    }

    private void round() {
        chunks.clear();
        places.clear();
        readEnds.clear();
        failure = null;
        bytes = 0;
        changed = false;
        if (endsEarly) {
            done();
            return;
        }
        try {
            instance.requirePartitions();
        } catch (BarnabasException e) {
            found.completeExceptionally(e);
            return;
        }
        afterwards(tolerated(instance.resolvePositions()), () -> {
            List<TopicPartition> order = order();
            afterwards(readFrom(order, 0), this::decide);
        });
    }

    /** Another partition comes first in each poll, so that a full one does not starve the others. */
    private List<TopicPartition> order() {
        List<TopicPartition> order = new ArrayList<>(instance.partitions());
        order.removeIf(partition -> instance.positions().place(partition) == null);
        Collections.sort(order);
        if (!order.isEmpty()) {
            Collections.rotate(order, -instance.nextTurn(order.size()));
        }
        return order;
    }

    private CompletionStage<Void> readFrom(List<TopicPartition> order, int index) {
        if (index == order.size() || bytes >= request.maxBytes()) {
            return CompletableFuture.completedFuture(null);
        }
        TopicPartition partition = order.get(index);
        Positions.Place place = instance.positions().place(partition);
        if (place == null) {
            return readFrom(order, index + 1);
        }
        return services.fetching()
                .fetchNow(partition, place.offset(), request.maxBytes() - bytes, ReadMemory.FRESH)
                .handleAsync(
                        (read, problem) -> {
                            if (problem != null) {
                                unreadable(partition, BarnabasException.of(problem));
                            } else {
                                take(partition, place, read.batches());
                            }
                            return null;
                        },
                        turns)
                .thenCompose(done -> readFrom(order, index + 1));
    }

    private void take(TopicPartition partition, Positions.Place place, ByteBuffer batches) {
        long end = place.offset();
        int at = batches.position();
        while (at < batches.limit()) {
            RecordBatch batch = RecordBatch.at(batches.slice(at, batches.limit() - at));
            end = Math.max(end, batch.endOffset());
            at += batch.sizeInBytes();
        }
        readEnds.put(partition, end);
        if (batches.hasRemaining()) {
            places.put(partition, place);
            chunks.add(new Polled.Chunk(partition, place.offset(), batches));
            bytes += batches.remaining();
        }
    }

    /** A partition that cannot be read now does not keep the others from being read. */
    private void unreadable(TopicPartition partition, BarnabasException problem) {
        if (problem.code() == ErrorCode.OFFSET_OUT_OF_RANGE) {
            // Retention or a truncation was faster: go on where a new reader would.
            instance.positions().forget(partition);
            repositioned = true;
        } else {
            failure = problem;
        }
    }

    private void decide() {
        long leftNanos = deadlineNanos - services.nanoTime().getAsLong();
        boolean enough = bytes >= Math.min(instance.settings().minBytes(), request.maxBytes());
        if (enough || endsEarly || leftNanos <= 0) {
            done();
            return;
        }
        if (repositioned) {
            repositioned = false;
            round();
            return;
        }
        if (changed) {
            round();
            return;
        }
        long longest = failure == null ? Math.max(1, instance.sessionTimeoutMs() / 3) : RETRY_MS;
        long slice = Math.min(leftNanos / NANOS_PER_MS + 1, longest);
        await((int) slice);
    }

    private void await(int sliceMs) {
        long until = services.nanoTime().getAsLong() + (long) sliceMs * NANOS_PER_MS;
        CompletableFuture<Void> wait = new CompletableFuture<>();
        CompletionStage<Void> over = wait;
        waiting = wait;
        if (readEnds.isEmpty()) {
            ScheduledFuture<?> timer =
                    services.timers().schedule(() -> wait.complete(null), sliceMs, TimeUnit.MILLISECONDS);
            over.whenComplete((done, problem) -> timer.cancel(false));
        } else {
            services.fetching().awaitAny(readEnds, sliceMs).whenComplete((done, problem) -> {
                if (problem != null) {
                    wait.completeExceptionally(problem);
                } else {
                    wait.complete(null);
                }
            });
        }
        over.whenCompleteAsync((done, problem) -> woken(until, problem), turns);
    }

    private void woken(long sliceEndNanos, Throwable problem) {
        waiting = null;
        if (problem != null) {
            found.completeExceptionally(BarnabasException.of(problem));
            return;
        }
        boolean early = services.nanoTime().getAsLong() - sliceEndNanos < 0;
        long endSum = readEnds.values().stream().mapToLong(Long::longValue).sum();
        if (early && !changed) {
            // Records came. Woken twice with none of them, the log ends long polls: this node drains.
            if (endSum == lastEndSum) {
                endsEarly = bytes == 0;
                done();
                return;
            }
            lastEndSum = endSum;
            round();
            return;
        }
        afterwards(early ? CompletableFuture.completedFuture(null) : instance.keepAlive(), this::round);
    }

    private void done() {
        if (endsEarly) {
            chunks.clear();
            places.clear();
        }
        if (chunks.isEmpty() && failure != null && !endsEarly) {
            found.completeExceptionally(failure);
            return;
        }
        found.complete(new Found(List.copyOf(chunks), Map.copyOf(places)));
    }

    /** Positions that cannot be found now, because a partition is away, are looked for again in the next round. */
    private CompletionStage<Void> tolerated(CompletionStage<Void> stage) {
        return stage.handleAsync(
                (done, problem) -> {
                    if (problem != null) {
                        BarnabasException known = BarnabasException.of(problem);
                        if (!known.code().retriable()) {
                            throw known;
                        }
                        failure = known;
                    }
                    return null;
                },
                turns);
    }

    private void afterwards(CompletionStage<Void> stage, Runnable next) {
        stage.whenCompleteAsync(
                (done, problem) -> {
                    if (problem != null) {
                        found.completeExceptionally(BarnabasException.of(problem));
                        return;
                    }
                    try {
                        next.run();
                    } catch (RuntimeException e) { // nothing of a poll may end without an answer
                        found.completeExceptionally(e);
                    }
                },
                turns);
    }

    /** What to return, and the positions it began at. */
    record Found(List<Polled.Chunk> chunks, Map<TopicPartition, Positions.Place> places) {}
}
