package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.Producers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one partition's appends into ledgers, one after the other. Confined to the partition's turn.
 *
 * <pre>
 *              append            listed
 *        Idle -------> Opening ---------> Writing --- size, age, hand-over ---&gt; Ending --- listed as ended ---&gt; Idle
 *         ^  ^            |                  |                                     |
 *         |  +-- Pausing &lt;+ too few          | an entry failed                     | the footer failed
 *         |              bookies             v                                     v
 *         +---- listed as ended ---------- Mending &lt;-------------------------------+
 *
 *        any ---&gt; Lost     another epoch owns the partition, or the log was closed
 * </pre>
 *
 * <p>An entry that failed may be durable all the same: Mending finds out where the ledger ends. What is in it counts,
 * what is not is sent to the next ledger with the offsets it has, in the order it had. Appends that wait too long
 * meanwhile fail with {@code NOT_ENOUGH_REPLICAS}; the offsets of those that are not durable are given to others then.
 */
final class LedgerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerWriter.class);

    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;
    private final LedgerLists lists;
    private final Producers producers;
    private final Consumer<Runnable> turns;
    private final Answers answers;
    private final LedgerRoll roll;
    private LogConfig config;

    /** Not numbered yet. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /** Numbered, and to be sent again, before all that waits. */
    private final Deque<Group> again = new ArrayDeque<>();

    /** Sent and not durable yet. */
    private final Deque<Group> inFlight = new ArrayDeque<>();

    /** Repeats of appends that are not durable yet. */
    private final List<WaitingRepeat> repeats = new ArrayList<>();

    private Phase phase = new Phase.Idle();

    /** Whether somebody looks soon for what has waited too long. */
    private boolean watching;

    private CompletableFuture<Void> handOver;

    /** Written by the turn, read by anybody. */
    private volatile long endOffset;

    private volatile long highWatermark;

    /** The ledger that is or was written last, for readers. */
    private volatile OpenLedger newest;

    LedgerWriter(
            BookKeeperContext context,
            LogId id,
            LedgerLists lists,
            int epoch,
            LogConfig config,
            Producers producers,
            long endOffset,
            Consumer<Runnable> turns,
            Answers answers) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
        this.lists = lists;
        this.config = config;
        this.producers = producers;
        this.endOffset = endOffset;
        this.highWatermark = endOffset;
        this.turns = turns;
        this.answers = answers;
        this.roll = new LedgerRoll(context.settings());
    }

    /** Hears in the turn what became of each append. */
    interface Answers {
        void done(Append append, AppendResult result);

        void failed(Append append, BarnabasException failure);

        /** The high watermark is about to move over these. */
        void durable(StoredBatches batches);

        /** The high watermark has moved. */
        void moved();

        /** This is written from now on. */
        void opened(OpenLedger ledger);

        long logStartOffset();
    }

    private record Waiting(Append append, long arrivedNanos) {}

    private record WaitingRepeat(Append append, AppendPlan.Repeat repeat, long arrivedNanos) {}

    /** What the writer does. */
    private sealed interface Phase {
        /** There is no ledger to write to, and nothing to be written. */
        record Idle() implements Phase {}

        /** One is being made and listed. */
        record Opening() implements Phase {}

        /** Making one failed; it is tried again soon. */
        record Pausing() implements Phase {}

        record Writing(OpenLedger ledger) implements Phase {}

        /** What is in flight is waited for, then the ledger is ended. */
        record Ending(OpenLedger ledger, boolean footerSent) implements Phase {}

        /** Where a ledger that failed ends is being found out, or being listed. */
        record Mending(OpenLedger ledger) implements Phase {}

        record Lost(BarnabasException reason) implements Phase {}
    }

    long endOffset() {
        return endOffset;
    }

    long highWatermark() {
        return highWatermark;
    }

    OpenLedger newest() {
        return newest;
    }

    Producers producers() {
        return producers;
    }

    boolean isLost() {
        return phase instanceof Phase.Lost;
    }

    void configure(LogConfig next) {
        config = next;
    }

    void append(List<Append> appends) {
        long now = context.nanoTime().getAsLong();
        appends.forEach(append -> waiting.add(new Waiting(append, now)));
        pump();
        watch();
    }

    /** Bookies or ZooKeeper may take however long they like to make or end a ledger: who waits for that is told in time. */
    private void watch() {
        boolean held = !(phase instanceof Phase.Writing) && !isLost();
        if (!watching && held && !(waiting.isEmpty() && again.isEmpty() && inFlight.isEmpty())) {
            watching = true;
            later(() -> {
                watching = false;
                expire(tooFewBookies());
                watch();
            });
        }
    }

    /** Ends an open ledger that is old enough, so that retention can take it. */
    void keep(long nowMs) {
        producers.expire(nowMs, context.limits().producerExpiryMs());
        if (phase instanceof Phase.Writing writing && roll.aged(writing.ledger, config, nowMs)) {
            end(writing.ledger);
        }
    }

    /** Ends the open ledger, if it holds something. For tests and before a truncation of everything. */
    void rollNow() {
        if (phase instanceof Phase.Writing writing && writing.ledger.holdsRecords()) {
            end(writing.ledger);
        }
    }

    /** Writes what waits, ends the ledger well, and completes; from then on nothing is appended. */
    CompletableFuture<Void> handOver() {
        if (handOver == null) {
            handOver = new CompletableFuture<>();
            pump();
        }
        return handOver;
    }

    /** From here on every append fails so. What was sent may be durable or not. */
    void lose(BarnabasException reason) {
        if (phase instanceof Phase.Lost) {
            return;
        }
        OpenLedger open = ledger();
        phase = new Phase.Lost(reason);
        lists.end();
        inFlight.forEach(group -> failed(group, reason));
        again.forEach(group -> failed(group, reason));
        inFlight.clear();
        again.clear();
        endOffset = highWatermark;
        failRepeats(reason);
        pump();
        if (open != null) {
            // Lets go of the client's memory. It ends the ledger at what was acknowledged, or finds that another has.
            var unused = open.handle().closeAsync().exceptionally(failure -> null);
        }
    }

    private OpenLedger ledger() {
        if (phase instanceof Phase.Writing writing) {
            return writing.ledger;
        }
        if (phase instanceof Phase.Ending ending) {
            return ending.ledger;
        }
        return phase instanceof Phase.Mending mending ? mending.ledger : null;
    }

    /** Goes on as far as it goes. */
    private void pump() {
        if (phase instanceof Phase.Lost lost) {
            waiting.forEach(each -> answers.failed(each.append, lost.reason));
            waiting.clear();
            if (handOver != null) {
                handOver.complete(null);
            }
        } else if (phase instanceof Phase.Idle) {
            if (!waiting.isEmpty() || !again.isEmpty()) {
                open();
            } else if (handOver != null) {
                handOver.complete(null);
            }
        } else if (phase instanceof Phase.Writing writing) {
            write(writing.ledger);
        } else if (phase instanceof Phase.Ending ending && !ending.footerSent && inFlight.isEmpty()) {
            sendFooter(ending.ledger);
        }
    }

    private void write(OpenLedger ledger) {
        while (inFlight.size() < context.settings().entriesInFlight()) {
            if (!again.isEmpty()) {
                Group group = again.poll();
                group.redo(producers, context.clock().millis());
                send(ledger, group);
                continue;
            }
            if (waiting.isEmpty()) {
                break;
            }
            if (roll.rolls(
                    ledger,
                    waiting.peek().append.sizeInBytes(),
                    config,
                    context.clock().millis(),
                    lists.list().segments().size())) {
                end(ledger);
                return;
            }
            Group group = plan();
            if (group != null) {
                send(ledger, group);
            }
        }
        if (handOver != null && waiting.isEmpty() && again.isEmpty() && inFlight.isEmpty()) {
            end(ledger);
        }
    }

    /** Takes as many of those that wait as fit into one entry, one in any case; null when none is left to be written. */
    private Group plan() {
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
        var unused = context.documents()
                .owned(id, epoch)
                .whenComplete((document, failure) -> turns.accept(
                        () -> answers.failed(append, failure == null ? refusal : BarnabasException.of(failure))));
    }

    private void repeated(WaitingRepeat repeat) {
        if (repeat.repeat.endOffset() <= highWatermark) {
            answers.done(repeat.append, repeat.repeat.result());
        } else {
            repeats.add(repeat);
        }
    }

    private void send(OpenLedger ledger, Group group) {
        if (ledger.bytesSinceSnapshot() >= context.settings().snapshotBytes()) {
            group.undo();
            watch(ledger, ledger.snapshot(group.baseOffset(), producers.snapshot()));
            group.redo(producers, context.clock().millis());
        }
        endOffset = group.endOffset();
        inFlight.add(group);
        var unused = ledger.batches(group)
                .whenComplete((entryId, failure) -> turns.accept(() -> {
                    if (failure == null) {
                        acknowledged(ledger, group);
                    } else {
                        broke(ledger, failure);
                    }
                }));
    }

    /** Notices when something fails that nobody is answered for. */
    private void watch(OpenLedger ledger, CompletableFuture<Long> sent) {
        var unused = sent.whenComplete((entryId, failure) -> {
            if (failure != null) {
                turns.accept(() -> broke(ledger, failure));
            }
        });
    }

    private void acknowledged(OpenLedger ledger, Group group) {
        boolean writing = phase instanceof Phase.Writing || phase instanceof Phase.Ending;
        if (writing && ledger == ledger() && inFlight.peek() == group) {
            inFlight.poll();
            durable(ledger, group);
            pump();
        }
    }

    private void durable(OpenLedger ledger, Group group) {
        ledger.acked(group);
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

    // ---- A new ledger

    private void open() {
        phase = new Phase.Opening();
        long base = again.isEmpty() ? endOffset : again.peek().baseOffset();
        var unused = new LedgerOpening(context, id, epoch, lists)
                .open(base, producers.snapshot())
                .whenComplete((ledger, failure) -> turns.accept(() -> opened(ledger, failure)));
    }

    private void opened(OpenLedger ledger, Throwable failure) {
        if (phase instanceof Phase.Lost) {
            if (ledger != null) {
                var unused = ledger.handle().closeAsync().exceptionally(closing -> null);
            }
            return;
        }
        if (failure == null) {
            context.health().enoughBookies();
            newest = ledger;
            answers.opened(ledger);
            phase = new Phase.Writing(ledger);
            pump();
            return;
        }
        BarnabasException reason = Ledgers.failure("starting a ledger of " + id, failure);
        if (reason.code() == ErrorCode.NOT_OWNER) {
            lose(reason);
            return;
        }
        if (reason.code() == ErrorCode.NOT_ENOUGH_REPLICAS) {
            context.health().tooFewBookies(reason.getMessage());
        }
        phase = new Phase.Pausing();
        expire(reason);
        later(() -> {
            if (phase instanceof Phase.Pausing) {
                phase = new Phase.Idle();
                pump();
            }
        });
    }

    // ---- The end of a ledger

    private void end(OpenLedger ledger) {
        phase = new Phase.Ending(ledger, false);
        pump();
    }

    private void sendFooter(OpenLedger ledger) {
        phase = new Phase.Ending(ledger, true);
        watch(ledger, ledger.snapshot(endOffset, producers.snapshot()));
        var unused = ledger.footer(endOffset)
                .whenComplete((entryId, failure) -> turns.accept(() -> {
                    if (failure == null) {
                        close(ledger);
                    } else {
                        broke(ledger, failure);
                    }
                }));
    }

    private void close(OpenLedger ledger) {
        var unused = context.ledgers()
                .close(ledger.handle())
                .whenComplete((closed, failure) -> turns.accept(() -> {
                    if (!(phase instanceof Phase.Ending)) {
                        return;
                    }
                    if (failure == null) {
                        ended(ledger, closed);
                    } else {
                        broke(ledger, failure);
                    }
                }));
    }

    /** Counts what is in a closed ledger, takes back what is not, and has its end listed. */
    private void ended(OpenLedger ledger, Ledgers.Closed closed) {
        phase = new Phase.Mending(ledger);
        while (!inFlight.isEmpty() && inFlight.peek().lastEntryId() <= closed.lastEntryId()) {
            durable(ledger, inFlight.poll());
        }
        while (!inFlight.isEmpty()) {
            Group last = inFlight.pollLast();
            last.undo();
            again.addFirst(last);
        }
        LedgerSegment.End end = new LedgerSegment.End(
                highWatermark, closed.lastEntryId(), closed.sizeBytes(), ledger.ackedMaxTimestamp());
        var unused = lists.change(list -> list.withEnded(ledger.id(), end))
                .whenComplete((list, failure) -> turns.accept(() -> listed(failure)));
    }

    private void listed(Throwable failure) {
        if (phase instanceof Phase.Lost) {
            return;
        }
        if (failure != null) {
            lose(notOwner(failure));
            return;
        }
        phase = new Phase.Idle();
        expire(tooFewBookies());
        pump();
    }

    // ---- A ledger that failed

    private void broke(OpenLedger ledger, Throwable failure) {
        boolean writing = phase instanceof Phase.Writing || phase instanceof Phase.Ending;
        if (!writing || ledger != ledger()) {
            return;
        }
        LOG.warn(
                "Ledger failed, its end is looked for topic={} partition={} ledger={} entriesInFlight={} reason={}",
                id.partition().topic(),
                id.partition().partition(),
                ledger.id(),
                inFlight.size(),
                Ledgers.failure("writing", failure).getMessage());
        phase = new Phase.Mending(ledger);
        mend(ledger);
        watch();
    }

    private void mend(OpenLedger ledger) {
        var unused = new LedgerMending(context, id, epoch)
                .end(ledger)
                .whenComplete((closed, failure) -> turns.accept(() -> {
                    if (!(phase instanceof Phase.Mending)) {
                        return;
                    }
                    if (failure == null) {
                        ended(ledger, closed);
                    } else {
                        mendLater(ledger, Ledgers.failure("ending ledger " + ledger.id(), failure));
                    }
                }));
    }

    private void mendLater(OpenLedger ledger, BarnabasException failure) {
        if (failure.code() == ErrorCode.NOT_OWNER) {
            lose(failure);
            return;
        }
        context.health().tooFewBookies(failure.getMessage());
        expire(failure);
        later(() -> {
            if (phase instanceof Phase.Mending) {
                mend(ledger);
            }
        });
    }

    // ---- Time that is up

    private void later(Runnable work) {
        context.later(
                context.settings().retryIntervalMs(),
                () -> turns.accept(() -> {
                    if (context.health().closed()) {
                        lose(notOwner(null));
                    } else {
                        work.run();
                    }
                }));
    }

    /**
     * Fails what has waited too long. While it is not known where a ledger ends, what is in flight keeps its offsets and
     * may turn out to be durable, although its callers were told that it failed.
     */
    private void expire(BarnabasException why) {
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
        boolean settled = !(phase instanceof Phase.Mending);
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

    private BarnabasException tooFewBookies() {
        return new BarnabasException(ErrorCode.NOT_ENOUGH_REPLICAS, "too few bookies answer, or ZooKeeper does not");
    }

    private BarnabasException notOwner(Throwable failure) {
        return new BarnabasException(
                ErrorCode.NOT_OWNER, id + " is not written under epoch " + epoch + " any more", failure);
    }
}
