package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogId;
import io.barnabas.log.bookkeeper.LedgerDocuments.Document;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * One partition's list of ledgers and its document, under one epoch: one change at a time, in the order of the calls,
 * each repeated until it is known to be made or to be too late.
 *
 * <p>Thread-safe: a lock guards the chain of changes; nothing foreign is called while it is held.
 */
final class LedgerLists {
    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;

    /** As ZooKeeper has it; touched by the change that runs, and by {@link #note} before the first. */
    private Document document;

    /** Done again on every list that is read from ZooKeeper; set before the first change. */
    private UnaryOperator<LedgerList> noted = UnaryOperator.identity();

    /** With what is noted. Volatile: readers look at it, the change that runs replaces it. */
    private volatile LedgerList list;

    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    /** Set at the end of the log; a change that waits for ZooKeeper is given up then. */
    private volatile boolean ended;

    LedgerLists(BookKeeperContext context, LogId id, Document document) {
        this.context = context;
        this.id = id;
        this.epoch = document.epoch();
        this.document = document;
        this.list = document.ledgers();
    }

    LedgerList list() {
        return list;
    }

    /**
     * Takes in what every later owner would find out in the same way, so that nothing is lost when it is never written:
     * the next change writes it as well, also one that changes nothing else. To be called once and before the first change;
     * what it does may be done twice.
     */
    void note(UnaryOperator<LedgerList> found) {
        noted = found;
        list = found.apply(document.ledgers());
    }

    void end() {
        ended = true;
    }

    /**
     * Makes a change durable. It may be asked for more than once, each time with what the list is by then; one that
     * changes nothing costs nothing, unless something noted is to be written.
     */
    CompletableFuture<LedgerList> change(UnaryOperator<LedgerList> change) {
        CompletableFuture<LedgerList> mine = new CompletableFuture<>();
        CompletableFuture<?> before;
        synchronized (this) {
            before = last;
            last = mine;
        }
        var unused = before.whenComplete((list, failure) -> attempt(change, mine));
        return mine;
    }

    private void attempt(UnaryOperator<LedgerList> change, CompletableFuture<LedgerList> answer) {
        Document expected = document;
        LedgerList next;
        try {
            next = change.apply(list);
        } catch (RuntimeException e) {
            answer.completeExceptionally(BarnabasException.of(e));
            return;
        }
        if (next.equals(expected.ledgers())) {
            answer.complete(next);
            return;
        }
        context.documents().replace(expected, next).whenComplete((made, failure) -> {
            if (failure == null) {
                document = made;
                list = made.ledgers();
                answer.complete(list);
            } else {
                refused(change, answer, BarnabasException.of(failure));
            }
        });
    }

    private void refused(
            UnaryOperator<LedgerList> change, CompletableFuture<LedgerList> answer, BarnabasException failure) {
        if (failure.code() == ErrorCode.ILLEGAL_STATE) {
            context.documents().owned(id, epoch).whenComplete((now, reading) -> {
                if (reading == null) {
                    document = now;
                    list = noted.apply(now.ledgers());
                    attempt(change, answer);
                } else {
                    refusedOrLater(change, answer, BarnabasException.of(reading));
                }
            });
        } else {
            refusedOrLater(change, answer, failure);
        }
    }

    /** While ZooKeeper is away it is not known whether the change was made, so nothing else can be decided. */
    private void refusedOrLater(
            UnaryOperator<LedgerList> change, CompletableFuture<LedgerList> answer, BarnabasException failure) {
        if (failure.code().retriable() && failure.code() != ErrorCode.NOT_OWNER && !ended) {
            context.later(context.settings().retryIntervalMs(), () -> {
                if (ended || context.health().closed()) {
                    answer.completeExceptionally(failure);
                } else {
                    attempt(change, answer);
                }
            });
        } else {
            answer.completeExceptionally(failure);
        }
    }
}
