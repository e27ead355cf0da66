package io.barnabas.log.bookkeeper;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.LogEvents;
import io.barnabas.log.LogId;
import io.barnabas.log.Producers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.Compression;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a log over that is nobody's, soon after the start and many times: makes a ledger, writes to it, leaves it open as
 * a node that died would, and does what a successor does. The first take-over in a process's life otherwise costs seconds for
 * loading its code, here, and each of the next dozens is interpreted; and the first is the one that counts.
 *
 * <pre>
 *  start -- 10 s --&gt; open, write, take over, delete -- pause --&gt; the same -- ... --&gt; done
 *                          | anything fails
 *                          v
 *                        done: another time it will be real, and says what is wrong
 * </pre>
 *
 * <p>Its list of ledgers is kept in memory alone, and no client can see its partition. A node that dies in the middle leaves a
 * ledger that no partition names, which {@link Orphans} finds. Waits with no thread.
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    /** The server starts meanwhile, and has its own classes to load. */
    private static final long FIRST_MS = 10_000;

    private static final LogId NOBODYS = new LogId(new UUID(0, 0), new TopicPartition("__rehearsal", 0));

    private final BookKeeperContext context;
    private final int times;
    private long firstNanos;
    private long lastNanos;

    Rehearsal(BookKeeperContext context) {
        this.context = context.alone(new OneList(), LogEvents.NONE);
        this.times = context.settings().rehearsals();
    }

    /** Begins by itself, later. */
    void begin() {
        if (times > 0) {
            context.later(FIRST_MS, () -> next(0));
        }
    }

    private void next(int done) {
        if (context.health().closed()) {
            return;
        }
        if (done == times) {
            LOG.info(
                    "Take-over rehearsed times={} firstMs={} lastMs={}",
                    times,
                    TimeUnit.NANOSECONDS.toMillis(firstNanos),
                    TimeUnit.NANOSECONDS.toMillis(lastNanos));
            return;
        }
        long startNanos = context.nanoTime().getAsLong();
        var unused = once(2 * done + 1).whenComplete((endOffset, failure) -> {
            if (failure != null) {
                LOG.info("Take-over is not rehearsed any further times={} reason={}", done, reason(failure));
                return;
            }
            lastNanos = context.nanoTime().getAsLong() - startNanos;
            firstNanos = done == 0 ? lastNanos : firstNanos;
            context.later(context.settings().rehearsalPauseMs(), () -> next(done + 1));
        });
    }

    private static String reason(Throwable failure) {
        return BarnabasException.of(failure).getMessage();
    }

    /**
     * One log's life and its next owner.
     *
     * @param epoch of the first of its two owners
     * @return the end that the second found, when nothing is left of it
     */
    CompletableFuture<Long> once(int epoch) {
        LedgerLists lists = new LedgerLists(context, NOBODYS, OneList.document(epoch));
        ByteBuffer state = producers().snapshot();
        return new LedgerOpening(context, NOBODYS, epoch, lists).open(0, state).thenCompose(ledger -> {
            CompletableFuture<Long> found = written(ledger)
                    .thenCompose(sent -> new TakeOver(context, NOBODYS, epoch + 1).run())
                    .thenApply(TakeOver.Taken::endOffset);
            return found.handle((end, failure) -> null)
                    .thenCompose(done -> deleted(ledger))
                    .thenCompose(gone -> found);
        });
    }

    private Producers producers() {
        return new Producers(
                context.limits().producersPerPartition(),
                context.limits().idempotencyKeysPerPartition(),
                context.limits().idempotencyWindowMs());
    }

    private CompletableFuture<Long> written(OpenLedger ledger) {
        long nowMs = context.clock().millis();
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
        builder.append(nowMs, null, new byte[1], List.of());
        ByteBuffer batch = builder.build();
        byte[] payload = new byte[batch.remaining()];
        batch.get(payload);
        return Ledgers.translated("writing to a ledger", ledger.batches(0, 1, payload, nowMs));
    }

    /** Its handle finds that another has closed the ledger, as a dead node's would. */
    private CompletableFuture<Void> deleted(OpenLedger ledger) {
        return ledger.handle().closeAsync().handle((closed, failure) -> null).thenCompose(closed -> context.ledgers()
                .delete(ledger.id()));
    }

    /** The list of the one log there is. Confined to one change after the other; volatile as they come on several threads. */
    private static final class OneList implements LedgerDocuments {
        private volatile LedgerList list = LedgerList.EMPTY;

        static Document document(int epoch) {
            return new Document(NOBODYS.topicId(), 0, epoch, LedgerList.EMPTY, "");
        }

        @Override
        public CompletionStage<Document> owned(LogId id, int epoch) {
            return CompletableFuture.completedFuture(
                    new Document(requireNonNull(id, "id").topicId(), 0, epoch, list, ""));
        }

        @Override
        public CompletionStage<Document> replace(Document expected, LedgerList ledgers) {
            list = ledgers;
            return CompletableFuture.completedFuture(
                    new Document(expected.topicId(), 0, expected.epoch(), ledgers, ""));
        }

        @Override
        public CompletionStage<List<Document>> remains() {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletionStage<Void> forget(Document remains) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Set<Long>> named() {
            return CompletableFuture.completedFuture(list.ledgerIds());
        }
    }
}
