package io.barnabas.log.bookkeeper;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.log.LogId;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Starts a ledger: make it, write its header and the state of producers, and only when these are durable name it in the
 * partition's list. An empty ledger in the list could not be opened while one bookie is down.
 */
final class LedgerOpening {
    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;
    private final LedgerLists lists;

    LedgerOpening(BookKeeperContext context, LogId id, int epoch, LedgerLists lists) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
        this.lists = lists;
    }

    /** @param producers the state before {@code baseOffset} */
    CompletableFuture<OpenLedger> open(long baseOffset, ByteBuffer producers) {
        long startNanos = context.nanoTime().getAsLong();
        return context.ledgers().create(id, epoch, baseOffset).thenCompose(created -> {
            OpenLedger ledger = new OpenLedger(
                    created.handle(),
                    epoch,
                    context.settings(),
                    created.reduced(),
                    context.clock().millis());
            var unused = ledger.header(baseOffset, whose(id));
            CompletableFuture<LedgerList> listed = Ledgers.translated(
                            "writing the header of ledger " + ledger.id(), ledger.snapshot(baseOffset, producers))
                    .thenCompose(entryId -> {
                        requireYoung(startNanos);
                        LedgerSegment segment = LedgerSegment.open(ledger.id(), baseOffset, epoch, ledger.madeMs());
                        return lists.change(list -> list.withOpened(segment));
                    });
            return listed.thenApply(list -> ledger)
                    .exceptionallyCompose(failure -> discarded(ledger, BarnabasException.of(failure)));
        });
    }

    /** So long after it was made, a ledger that no list names may be taken for an orphan and deleted. */
    private void requireYoung(long startNanos) {
        long ageMs = TimeUnit.NANOSECONDS.toMillis(context.nanoTime().getAsLong() - startNanos);
        if (ageMs > context.settings().orphanAgeMs() / 2) {
            throw new BarnabasException(
                    ErrorCode.NOT_ENOUGH_REPLICAS, "making a ledger took " + ageMs + " ms, it is not used any more");
        }
    }

    /** The payload of a header. */
    static ByteBuffer whose(LogId id) {
        byte[] topic = id.partition().topic().getBytes(UTF_8);
        return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + topic.length)
                .putLong(id.topicId().getMostSignificantBits())
                .putLong(id.topicId().getLeastSignificantBits())
                .putInt(id.partition().partition())
                .put(topic)
                .flip();
    }

    /** Deletes it when it is certain that it is not listed; otherwise the finder of orphans will see. */
    private CompletableFuture<OpenLedger> discarded(OpenLedger ledger, BarnabasException failure) {
        boolean listedPerhaps = failure.code() == ErrorCode.ZOOKEEPER_UNAVAILABLE;
        CompletableFuture<?> closed = ledger.handle().closeAsync();
        var unused = closed.handle((done, closing) -> null)
                .thenCompose(done -> listedPerhaps
                        ? CompletableFuture.<Void>completedFuture(null)
                        : context.ledgers().delete(ledger.id()))
                .exceptionally(deleting -> null); // an orphan then
        return CompletableFuture.failedFuture(failure);
    }
}
