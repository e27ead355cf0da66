package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.Producers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One partition's appends that are not durable yet, in their order, and the offsets that they have. Confined to the
 * partition's turn.
 *
 * <pre>
 *   enter            plan, sent              durable
 *  ------> waiting -------------> in flight ---------> answered
 *                                  |     ^
 *                         takeBack v     | resend, sent
 *                                   again
 * </pre>
 *
 * <p>Those that wait have no offsets. Those that were taken back keep theirs, and go before all that wait.
 */
final class PendingAppends {
    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;
    private final Producers producers;
    private final OwnerCheck owner;
    private final Consumer<Runnable> turns;
    private final AppendAnswers answers;

    /** Not numbered yet. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /** Numbered, and to be sent again, before all that waits. */
    private final Deque<Group> again = new ArrayDeque<>();

    /** Sent and not durable yet. */
    private final Deque<Group> inFlight = new ArrayDeque<>();

    /** Repeats of appends that are not durable yet. */
    private final List<WaitingRepeat> repeats = new ArrayList<>();

    /** Written by the turn, read by anybody. */
    private volatile long endOffset;

    private volatile long highWatermark;

    PendingAppends(
            BookKeeperContext context,
            LogId id,
            int epoch,
            Producers producers,
            long endOffset,
            OwnerCheck owner,
            Consumer<Runnable> turns,
            AppendAnswers answers) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
        this.producers = producers;
        this.endOffset = endOffset;
        this.highWatermark = endOffset;
        this.owner = owner;
        this.turns = turns;
        this.answers = answers;
    }

    private record Waiting(Append append, long arrivedNanos) {}

    private record WaitingRepeat(Append append, AppendPlan.Repeat repeat, long arrivedNanos) {}

    long endOffset() {
        return endOffset;
    }

    long highWatermark() {
        return highWatermark;
    }

    Producers producers() {
        return producers;
    }

    void enter(List<Append> appends) {
        long now = context.nanoTime().getAsLong();
        appends.forEach(append -> waiting.add(new Waiting(append, now)));
    }

    /** Nothing waits, and nothing is under way. */
    boolean isEmpty() {
        return allSent() && inFlight.isEmpty();
    }

    boolean allSent() {
        return waiting.isEmpty() && again.isEmpty();
    }

    int inFlightCount() {
        return inFlight.size();
    }

    /** Whether something is to be sent again before anything new. */
    boolean takenBack() {
        return !again.isEmpty();
    }

    /** The offset of what is sent next. */
    long nextOffset() {
        return again.isEmpty() ? endOffset : again.peek().baseOffset();
    }

    /** How large the first of those that wait is; only while one does. */
    int nextBytes() {
        return waiting.peek().append.sizeInBytes();
    }

    /** What was taken back first, numbered as it was. */
    Group resend() {
        Group group = again.poll();
        group.redo(producers, context.clock().millis());
        return group;
    }

    /** Takes as many of those that wait as fit into one entry, one in any case; null when none is left to be written. */
    Group plan(LogConfig config) {
        AppendPlan plan =
                new AppendPlan(epoch, producers, config, context.clock().millis(), answers.logStartOffset(), endOffset);
        long most = context.settings().maxEntryBytes() - (long) Envelope.BYTES;
        long bytes = 0;
        while (!waiting.isEmpty()
                && (plan.isEmpty() || bytes + waiting.peek().append.sizeInBytes() <= most)) {
            Waiting next = waiting.poll();
            try {
                AppendPlan.Repeat repeat = plan.add(next.append, next.arrivedNanos);
                if (repeat == null) {
                    bytes += next.append.sizeInBytes();
                } else {
                    repeated(new WaitingRepeat(next.append, repeat, next.arrivedNanos));
                }
            } catch (BarnabasException e) {
                refuse(next.append, e);
            }
        }
        return plan.isEmpty() ? null : plan.group();
    }

    /**
     * A producer's sequence is judged by what this owner remembers. One that was paused and does not know yet that
     * another took the partition over remembers too little, and would refuse for good what the other takes: so it asks
     * first whether it still owns the partition.
     */
    private void refuse(Append append, BarnabasException refusal) {
        if (refusal.code() != ErrorCode.OUT_OF_ORDER_SEQUENCE && refusal.code() != ErrorCode.STALE_PRODUCER_EPOCH) {
            answers.failed(append, refusal);
            return;
        }
        var unused = owner.confirmed()
                .whenComplete((confirmed, failure) -> turns.accept(
                        () -> answers.failed(append, failure == null ? refusal : BarnabasException.of(failure))));
    }

    private void repeated(WaitingRepeat repeat) {
        if (repeat.repeat.endOffset() <= highWatermark) {
            answers.done(repeat.append, repeat.repeat.result());
        } else {
            repeats.add(repeat);
        }
    }

    /** The state of producers without this group, which was numbered last. */
    ByteBuffer producersBefore(Group group) {
        group.undo();
        ByteBuffer snapshot = producers.snapshot();
        group.redo(producers, context.clock().millis());
        return snapshot;
    }

    void sent(Group group) {
        endOffset = group.endOffset();
        inFlight.add(group);
    }

    /** Whether this was sent before all that is under way. */
    boolean isOldest(Group group) {
        return inFlight.peek() == group;
    }

    /** What was sent first, if it is durable in a ledger that ends with this entry; null otherwise. */
    Group oldestUpTo(long lastEntryId) {
        Group oldest = inFlight.peek();
        return oldest != null && oldest.lastEntryId() <= lastEntryId ? oldest : null;
    }

    /** The oldest that is under way is stored for good: it is answered. */
    void durable(Group group) {
        inFlight.poll();
        answers.durable(group.stored());
        highWatermark = group.endOffset();
        context.events()
                .appended(id, group.appends().size(), group.endOffset() - group.baseOffset(), group.payload().length);
        answers.moved();
        group.appends().forEach(each -> answers.done(each.append(), each.result()));
        for (Iterator<WaitingRepeat> each = repeats.iterator(); each.hasNext(); ) {
            WaitingRepeat repeat = each.next();
            if (repeat.repeat.endOffset() <= highWatermark) {
                each.remove();
                answers.done(repeat.append, repeat.repeat.result());
            }
        }
    }

    /** What is under way did not reach its ledger: it is to be sent again. */
    void takeBack() {
        while (!inFlight.isEmpty()) {
            Group last = inFlight.pollLast();
            last.undo();
            again.addFirst(last);
        }
    }

    /** Fails what is under way, and repeats of it. */
    void failSent(BarnabasException reason) {
        inFlight.forEach(group -> failed(group, reason));
        failRepeats(reason);
    }

    /** Fails what has offsets; they are given to nobody. */
    void failNumbered(BarnabasException reason) {
        inFlight.forEach(group -> failed(group, reason));
        again.forEach(group -> failed(group, reason));
        inFlight.clear();
        again.clear();
        endOffset = highWatermark;
        failRepeats(reason);
    }

    void failWaiting(BarnabasException reason) {
        waiting.forEach(each -> answers.failed(each.append, reason));
        waiting.clear();
    }

    /**
     * Fails what has waited too long. While it is not known where a ledger ends, what is in flight keeps its offsets and
     * may turn out to be durable, although its callers were told that it failed.
     *
     * @param settled whether that is known
     */
    void expire(BarnabasException why, boolean settled) {
        long limit = context.nanoTime().getAsLong()
                - TimeUnit.MILLISECONDS.toNanos(context.settings().replicaWaitMs());
        BarnabasException reason = new BarnabasException(
                why.code().retriable() && why.code() != ErrorCode.NOT_OWNER
                        ? why.code()
                        : ErrorCode.NOT_ENOUGH_REPLICAS,
                id + " could not be written for " + context.settings().replicaWaitMs() + " ms: " + why.getMessage(),
                why);
        while (!waiting.isEmpty() && waiting.peek().arrivedNanos - limit < 0) {
            answers.failed(waiting.poll().append, reason);
        }
        if (!inFlight.isEmpty() && tooOld(inFlight.peek(), limit)) {
            inFlight.forEach(group -> failed(group, reason));
            failRepeats(reason);
        }
        if (settled && !again.isEmpty() && tooOld(again.peek(), limit)) {
            again.forEach(group -> failed(group, reason));
            again.clear(); // producers were told already that they are not there
            failRepeats(reason);
            endOffset = highWatermark;
        }
    }

    private static boolean tooOld(Group group, long limit) {
        return group.appends().get(0).arrivedNanos() - limit < 0;
    }

    private void failed(Group group, BarnabasException reason) {
        group.appends().forEach(each -> answers.failed(each.append(), reason));
    }

    private void failRepeats(BarnabasException reason) {
        repeats.forEach(repeat -> answers.failed(repeat.append, reason));
        repeats.clear();
    }
}
