package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.Producers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
    private final PendingAppends pending;
    private final Consumer<Runnable> turns;
    private final AppendAnswers answers;
    private final LedgerRoll roll;
    private LogConfig config;

    private WriterPhase phase = new WriterPhase.Idle();

    /** Whether somebody looks soon for what has waited too long. */
    private boolean watching;

    private CompletableFuture<Void> handOver;

    /** The ledger that is or was written last; written by the turn, read by anybody. */
    private volatile OpenLedger newest;

    LedgerWriter(
            BookKeeperContext context,
            LogId id,
            LedgerLists lists,
            int epoch,
            LogConfig config,
            Producers producers,
            long endOffset,
            OwnerCheck owner,
            Consumer<Runnable> turns,
            AppendAnswers answers) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
        this.lists = lists;
        this.config = config;
        this.turns = turns;
        this.answers = answers;
        this.roll = new LedgerRoll(context.settings());
        this.pending = new PendingAppends(context, id, epoch, producers, endOffset, owner, turns, answers);
    }

    long endOffset() {
        return pending.endOffset();
    }

    long highWatermark() {
        return pending.highWatermark();
    }

    OpenLedger newest() {
        return newest;
    }

    boolean isLost() {
        return phase instanceof WriterPhase.Lost;
    }

    void configure(LogConfig next) {
        config = next;
    }

    void append(List<Append> appends) {
        pending.enter(appends);
        pump();
        watch();
    }

    /** Bookies or ZooKeeper may take however long they like to make or end a ledger: who waits for that is told in time. */
    private void watch() {
        boolean held = !(phase instanceof WriterPhase.Writing) && !isLost();
        if (!watching && held && !pending.isEmpty()) {
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
        pending.producers().expire(nowMs, context.limits().producerExpiryMs());
        if (phase instanceof WriterPhase.Writing writing && roll.aged(writing.ledger(), config, nowMs)) {
            end(writing.ledger());
        }
    }

    /** Ends the open ledger, if it holds something. For tests and before a truncation of everything. */
    void rollNow() {
        if (phase instanceof WriterPhase.Writing writing && writing.ledger().holdsRecords()) {
            end(writing.ledger());
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

    /**
     * Another shall go on, and nothing can be stored from here: what was sent may be durable all the same, as answers may
     * be all that is lost. From here on every append fails so.
     */
    void letGo(BarnabasException reason) {
        pending.failSent(new BarnabasException(
                ErrorCode.OUTCOME_UNKNOWN, id + " goes to another node, whether it was stored is not known", reason));
        lose(reason);
    }

    /** From here on every append fails so. What was sent may be durable or not. */
    void lose(BarnabasException reason) {
        if (phase instanceof WriterPhase.Lost) {
            return;
        }
        OpenLedger open = phase.ledger();
        phase = new WriterPhase.Lost(reason);
        lists.end();
        pending.failNumbered(reason);
        pump();
        if (open != null) {
            // Lets go of the client's memory. It ends the ledger at what was acknowledged, or finds that another has.
            var unused = open.handle().closeAsync().exceptionally(failure -> null);
        }
    }

    /** Goes on as far as it goes. */
    private void pump() {
        if (phase instanceof WriterPhase.Lost lost) {
            pending.failWaiting(lost.reason());
            if (handOver != null) {
                handOver.complete(null);
            }
        } else if (phase instanceof WriterPhase.Idle) {
            if (!pending.allSent()) {
                open();
            } else if (handOver != null) {
                handOver.complete(null);
            }
        } else if (phase instanceof WriterPhase.Writing writing) {
            write(writing.ledger());
        } else if (phase instanceof WriterPhase.Ending ending && !ending.footerSent() && pending.inFlightCount() == 0) {
            sendFooter(ending.ledger());
        }
    }

    private void write(OpenLedger ledger) {
        while (pending.inFlightCount() < context.settings().entriesInFlight()) {
            if (pending.takenBack()) {
                send(ledger, pending.resend());
                continue;
            }
            if (pending.allSent()) {
                break;
            }
            long nowMs = context.clock().millis();
            int ledgers = lists.list().segments().size();
            if (roll.rolls(ledger, pending.nextBytes(), config, nowMs, ledgers)) {
                end(ledger);
                return;
            }
            Group group = pending.plan(config);
            if (group != null) {
                send(ledger, group);
            }
        }
        if (handOver != null && pending.isEmpty()) {
            end(ledger);
        }
    }

    private void send(OpenLedger ledger, Group group) {
        if (ledger.snapshotDue()) {
            watch(ledger, ledger.snapshot(group.baseOffset(), pending.producersBefore(group)));
        }
        pending.sent(group);
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
        if (phase.fills(ledger) && pending.isOldest(group)) {
            durable(ledger, group);
            pump();
        }
    }

    private void durable(OpenLedger ledger, Group group) {
        context.health().stored(context.nanoTime().getAsLong());
        ledger.acked(group);
        pending.durable(group);
    }

    // ---- A new ledger

    private void open() {
        phase = new WriterPhase.Opening();
        var unused = new LedgerOpening(context, id, epoch, lists)
                .open(pending.nextOffset(), pending.producers().snapshot())
                .whenComplete((ledger, failure) -> turns.accept(() -> opened(ledger, failure)));
    }

    private void opened(OpenLedger ledger, Throwable failure) {
        if (phase instanceof WriterPhase.Lost) {
            if (ledger != null) {
                var unused = ledger.handle().closeAsync().exceptionally(closing -> null);
            }
            return;
        }
        if (failure == null) {
            context.health().enoughBookies();
            newest = ledger;
            answers.opened(ledger);
            phase = new WriterPhase.Writing(ledger);
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
        phase = new WriterPhase.Pausing();
        expire(reason);
        later(() -> {
            if (phase instanceof WriterPhase.Pausing) {
                phase = new WriterPhase.Idle();
                pump();
            }
        });
    }

    // ---- The end of a ledger

    private void end(OpenLedger ledger) {
        phase = new WriterPhase.Ending(ledger, false);
        pump();
    }

    private void sendFooter(OpenLedger ledger) {
        phase = new WriterPhase.Ending(ledger, true);
        long endOffset = pending.endOffset();
        watch(ledger, ledger.snapshot(endOffset, pending.producers().snapshot()));
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
                    if (!(phase instanceof WriterPhase.Ending)) {
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
        phase = new WriterPhase.Mending(ledger);
        for (Group group = pending.oldestUpTo(closed.lastEntryId());
                group != null;
                group = pending.oldestUpTo(closed.lastEntryId())) {
            durable(ledger, group);
        }
        pending.takeBack();
        LedgerSegment.End end = new LedgerSegment.End(
                pending.highWatermark(), closed.lastEntryId(), closed.sizeBytes(), ledger.ackedMaxTimestamp());
        var unused = lists.change(list -> list.withEnded(ledger.id(), end))
                .whenComplete((list, failure) -> turns.accept(() -> listed(failure)));
    }

    private void listed(Throwable failure) {
        if (phase instanceof WriterPhase.Lost) {
            return;
        }
        if (failure != null) {
            lose(notOwner(failure));
            return;
        }
        phase = new WriterPhase.Idle();
        expire(tooFewBookies());
        pump();
    }

    // ---- A ledger that failed

    private void broke(OpenLedger ledger, Throwable failure) {
        if (!phase.fills(ledger)) {
            return;
        }
        BarnabasException reason = Ledgers.failure("writing", failure);
        context.health().failed(reason);
        LOG.warn(
                "Ledger failed, its end is looked for topic={} partition={} ledger={} entriesInFlight={} reason={}",
                id.partition().topic(),
                id.partition().partition(),
                ledger.id(),
                pending.inFlightCount(),
                reason.getMessage());
        phase = new WriterPhase.Mending(ledger);
        mend(ledger);
        watch();
    }

    private void mend(OpenLedger ledger) {
        var unused = new LedgerMending(context, id, epoch)
                .end(ledger)
                .whenComplete((closed, failure) -> turns.accept(() -> {
                    if (!(phase instanceof WriterPhase.Mending)) {
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
            if (phase instanceof WriterPhase.Mending) {
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

    private void expire(BarnabasException why) {
        pending.expire(why, !(phase instanceof WriterPhase.Mending));
    }

    private BarnabasException tooFewBookies() {
        return new BarnabasException(ErrorCode.NOT_ENOUGH_REPLICAS, "too few bookies answer, or ZooKeeper does not");
    }

    private BarnabasException notOwner(Throwable failure) {
        return new BarnabasException(
                ErrorCode.NOT_OWNER, id + " is not written under epoch " + epoch + " any more", failure);
    }
}
