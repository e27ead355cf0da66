package io.barnabas.broker;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.AppendOutcome;
import io.barnabas.broker.peer.RemotePartitionLog;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The appends of this node to one partition, in the order in which they came, also across a change of its owner.
 *
 * <pre>
 *   waiting --owner is this node--&gt; in its log, any number at once --moved--&gt; waiting, in their old place
 *      |  ^
 *      |  '--moved, or unknown and idempotent--.
 *      '--owner is another node--&gt; in a call to it, one call at a time, as many appends as fit
 *
 *   no owner, or no ZooKeeper for the moment: a pause, then the same again, until the oldest have waited for too long
 * </pre>
 *
 * <p>As long as appends that were given to one log may still come back, nothing goes to another one. A partition that
 * this node owns costs a lock of a few instructions and no queue. Thread-safe; nothing is called under the lock.
 */
final class AppendLane {
    private final TopicPartition partition;
    private final Partitions partitions;
    private final Handovers handovers;
    private final BrokerSettings settings;
    private final LongSupplier nanoTime;
    private final LongConsumer waitingBytes;

    private final Object lock = new Object();

    // Guarded by the lock.
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    private long nextTicket;

    /** Somebody decides, a call is under way, or a pause runs: nobody else may take from what waits. */
    private boolean busy;

    /** Appends in {@link #log}, which is this node's own, and those of them that came back and wait again. */
    private int inLog;

    private int cameBack;
    private BarnabasException cameBackFor;
    private PartitionLog log;

    /** Grows while pauses follow each other. */
    private int pauseMs = Handovers.firstPauseMs();

    AppendLane(
            TopicPartition partition,
            Partitions partitions,
            Handovers handovers,
            BrokerSettings settings,
            LongSupplier nanoTime,
            LongConsumer waitingBytes) {
        this.partition = requireNonNull(partition, "partition");
        this.partitions = requireNonNull(partitions, "partitions");
        this.handovers = requireNonNull(handovers, "handovers");
        this.settings = requireNonNull(settings, "settings");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.waitingBytes = requireNonNull(waitingBytes, "waitingBytes");
    }

    /** One append; its buffer is the log's until it is over. */
    private record Waiting(
            long ticket, ByteBuffer batches, Acks acks, long untilNanos, CompletableFuture<AppendResult> answer) {
        /** Whether to send it again although it may be stored: a duplicate is known by its producer and sequence. */
        boolean idempotent() {
            for (RecordBatch batch : RecordBatches.strict(batches.duplicate())) {
                if (batch.producerId() == RecordBatch.NO_PRODUCER_ID) {
                    return false;
                }
            }
            return true;
        }
    }

    CompletionStage<AppendResult> append(ByteBuffer batches, Acks acks) {
        long untilNanos = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(settings.ownershipWaitMs());
        CompletableFuture<AppendResult> answer = new CompletableFuture<>();
        synchronized (lock) {
            add(new Waiting(nextTicket++, batches, acks, untilNanos, answer));
        }
        pump();
        return answer;
    }

    private void add(Waiting append) {
        waiting.put(append.ticket, append);
        waitingBytes.accept(append.batches.remaining());
    }

    private void pump() {
        while (take()) {
            if (pausesFirst()) {
                return;
            }
            PartitionLog now;
            try {
                now = partitions.writableLog(partition);
            } catch (RuntimeException e) {
                noOwner(BarnabasException.of(e));
                return;
            }
            if (now instanceof RemotePartitionLog remote) {
                callOut(remote);
                return;
            }
            if (!giveTo(now)) {
                return;
            }
        }
    }

    /** What came back from a log would come back at once again: something has to change first. */
    private boolean pausesFirst() {
        BarnabasException reason;
        synchronized (lock) {
            if (cameBack == 0) {
                return false;
            }
            cameBack = 0;
            reason = cameBackFor;
        }
        pauseThenGoOn(reason, partitions.place(partition));
        return true;
    }

    /** Makes the caller the one that decides; false when there is nothing to decide. */
    private boolean take() {
        synchronized (lock) {
            if (busy || waiting.isEmpty() || (cameBack > 0 && inLog > 0)) {
                return false;
            }
            busy = true;
            return true;
        }
    }

    private List<Waiting> takeOut(int maxBytes, boolean sameAcks) {
        List<Waiting> taken = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty()) {
            Waiting next = waiting.firstEntry().getValue();
            boolean fits = bytes + next.batches.remaining() <= maxBytes
                    && (!sameAcks || taken.isEmpty() || taken.get(0).acks == next.acks);
            if (!taken.isEmpty() && !fits) {
                break;
            }
            waiting.pollFirstEntry();
            bytes += next.batches.remaining();
            taken.add(next);
        }
        waitingBytes.accept(-bytes);
        return taken;
    }

    /** False when nothing may be given now; then whatever comes out of the log before looks again. */
    private boolean giveTo(PartitionLog now) {
        List<Waiting> taken;
        synchronized (lock) {
            if (inLog > 0 && log != now) {
                busy = false;
                return false;
            }
            log = now;
            taken = takeOut(Integer.MAX_VALUE, false);
            inLog += taken.size();
        }
        for (Waiting append : taken) {
            appendTo(now, append).whenComplete((result, failure) -> cameOutOfLog(append, result, failure));
        }
        synchronized (lock) {
            busy = false;
        }
        return true;
    }

    /** With positions of its own, for what comes back is given to another log. */
    private static CompletionStage<AppendResult> appendTo(PartitionLog log, Waiting append) {
        try {
            return log.append(append.batches.duplicate(), append.acks);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void cameOutOfLog(Waiting append, AppendResult result, Throwable failure) {
        BarnabasException known = failure == null ? null : BarnabasException.of(failure);
        boolean again = known != null && worthwhile(append, known);
        boolean look;
        synchronized (lock) {
            inLog--;
            if (again) {
                cameBack++;
                cameBackFor = known;
                add(append);
            } else if (known == null) {
                pauseMs = Handovers.firstPauseMs();
            }
            look = !waiting.isEmpty();
        }
        if (!again) {
            complete(append, result, known);
        }
        if (look) {
            pump();
        }
    }

    private void callOut(RemotePartitionLog remote) {
        List<Waiting> taken;
        synchronized (lock) {
            if (inLog > 0) {
                busy = false;
                return;
            }
            log = null;
            taken = takeOut(Math.min(settings.maxForwardBytes(), remote.maxAppendBytes()), true);
        }
        List<ByteBuffer> appends = taken.stream().map(Waiting::batches).toList();
        Partitions.Place before = partitions.place(partition);
        remote.append(appends, taken.get(0).acks).whenComplete((outcomes, failure) -> {
            BarnabasException known = failure == null ? null : BarnabasException.of(failure);
            List<AppendOutcome> all = known == null
                    ? outcomes
                    : taken.stream().map(append -> AppendOutcome.failed(known)).toList();
            cameBackFromCall(taken, all, before);
        });
    }

    private void cameBackFromCall(List<Waiting> taken, List<AppendOutcome> outcomes, Partitions.Place before) {
        List<Waiting> again = new ArrayList<>();
        BarnabasException reason = null;
        for (int place = 0; place < taken.size(); place++) {
            BarnabasException failure = outcomes.get(place).failure();
            if (failure != null && worthwhile(taken.get(place), failure)) {
                again.add(taken.get(place));
                reason = failure;
            }
        }
        synchronized (lock) {
            again.forEach(this::add);
            if (again.isEmpty()) {
                pauseMs = Handovers.firstPauseMs();
            }
        }
        for (int place = 0; place < taken.size(); place++) {
            if (!again.contains(taken.get(place))) {
                complete(
                        taken.get(place),
                        outcomes.get(place).result(),
                        outcomes.get(place).failure());
            }
        }
        if (reason == null) {
            goOn();
        } else {
            pauseThenGoOn(reason, before);
        }
    }

    private boolean worthwhile(Waiting append, BarnabasException failure) {
        boolean again = (Handovers.moving(failure.code()) && partitions.mayComeBack(partition))
                || (failure.code() == ErrorCode.OUTCOME_UNKNOWN && append.idempotent());
        return again && append.untilNanos - nanoTime.getAsLong() > 0;
    }

    /** What has waited for too long fails with the reason; the rest waits on, if there is hope. */
    private void noOwner(BarnabasException reason) {
        Partitions.Place before = partitions.place(partition);
        boolean reconnecting = reason.code() == ErrorCode.ZOOKEEPER_UNAVAILABLE && partitions.mayReconnect();
        boolean hope = reconnecting || (Handovers.moving(reason.code()) && partitions.mayComeBack(partition));
        List<Waiting> over = new ArrayList<>();
        long now = nanoTime.getAsLong();
        boolean rest;
        synchronized (lock) {
            for (Waiting append : waiting.values()) {
                if (!hope || (!reconnecting && append.untilNanos - now <= 0)) {
                    over.add(append);
                }
            }
            over.forEach(append -> {
                waiting.remove(append.ticket);
                waitingBytes.accept(-append.batches.remaining());
            });
            rest = !waiting.isEmpty();
        }
        over.forEach(append -> complete(append, null, reason));
        if (rest) {
            pauseThenGoOn(reason, before);
        } else {
            goOn();
        }
    }

    /** @param before where the partition was when the reason came about */
    private void pauseThenGoOn(BarnabasException reason, Partitions.Place before) {
        int now;
        synchronized (lock) {
            now = pauseMs;
            pauseMs = Handovers.longer(pauseMs);
        }
        handovers.pause(before, () -> partitions.place(partition), now).whenComplete((woken, gone) -> {
            if (gone == null) {
                goOn();
            } else {
                giveUp(reason);
            }
        });
    }

    private void giveUp(BarnabasException reason) {
        List<Waiting> all;
        synchronized (lock) {
            all = takeOut(Integer.MAX_VALUE, false);
            busy = false;
        }
        all.forEach(append -> complete(append, null, reason));
    }

    private void goOn() {
        synchronized (lock) {
            busy = false;
        }
        pump();
    }

    private static void complete(Waiting append, AppendResult result, BarnabasException failure) {
        if (failure == null) {
            append.answer.complete(result);
        } else {
            append.answer.completeExceptionally(failure);
        }
    }
}
