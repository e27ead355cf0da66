package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogId;
import io.barnabas.log.Producers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.bookkeeper.client.api.ReadHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a partition over that was claimed: fences who wrote before, finds out where the log ends, and what its producers
 * sent last.
 *
 * <pre>
 * read the list under our epoch -&gt; recover every ledger that is not ended (fences it; what was acknowledged is in it)
 *   -&gt; note where they end -&gt; newest snapshot of producers + what follows it -&gt; the log
 * </pre>
 *
 * <p>Every step can be repeated, by this node or another. That is why the ends need not be written at once: who takes over
 * next finds the same by asking for them, as a recovered ledger is closed. They are written with the ledger that is opened for
 * the first append, one change of a document less for each partition of a node that died.
 */
final class TakeOver {
    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

    private final BookKeeperContext context;
    private final LogId id;
    private final int epoch;
    private LedgerLists lists;
    private int recovered;

    /** Last entries by ledger: the end of a ledger and the state of producers are both found with them. */
    private final Map<Long, CompletableFuture<StoredEntry>> lastEntries = new ConcurrentHashMap<>();

    TakeOver(BookKeeperContext context, LogId id, int epoch) {
        this.context = context;
        this.id = id;
        this.epoch = epoch;
    }

    /** What was found. */
    record Taken(LedgerLists lists, Producers producers, long endOffset, int recovered) {}

    CompletableFuture<Taken> run() {
        long startNanos = context.nanoTime().getAsLong();
        return context.documents()
                .owned(id, epoch)
                .thenCompose(document -> {
                    lists = new LedgerLists(context, id, document);
                    return ended();
                })
                .thenCompose(list -> producers(list).thenApply(producers -> {
                    context.events().recovered(id, 0, 0, context.nanoTime().getAsLong() - startNanos);
                    return new Taken(lists, producers, list.endOffset(), recovered);
                }))
                .toCompletableFuture();
    }

    private CompletionStage<LedgerList> ended() {
        List<CompletableFuture<Ended>> ends = new ArrayList<>();
        for (LedgerSegment segment : lists.list().segments()) {
            if (!segment.closed()) {
                ends.add(recover(segment));
            }
        }
        recovered = ends.size();
        return CompletableFuture.allOf(ends.toArray(new CompletableFuture<?>[0]))
                .thenApply(all -> {
                    List<Ended> known =
                            ends.stream().map(CompletableFuture::join).toList();
                    lists.note(list -> ended(list, known));
                    return lists.list();
                });
    }

    private static LedgerList ended(LedgerList list, List<Ended> known) {
        LedgerList next = list;
        for (Ended each : known) {
            next = next.withEnded(each.ledgerId, each.end);
        }
        return next;
    }

    private record Ended(long ledgerId, LedgerSegment.End end) {}

    private CompletableFuture<Ended> recover(LedgerSegment segment) {
        long ledgerId = segment.ledgerId();
        return context.ledgers().recover(ledgerId).thenCompose(closed -> {
            LOG.debug(
                    "Ledger recovered topic={} partition={} epoch={} ledger={} lastEntry={}",
                    id.partition().topic(),
                    id.partition().partition(),
                    epoch,
                    ledgerId,
                    closed.lastEntryId());
            if (closed.lastEntryId() < 0) {
                // Its header was durable before it was listed. Nothing is deleted that nobody understands.
                throw new BarnabasException(
                        ErrorCode.CORRUPT_DATA, "ledger " + ledgerId + " of " + id + " is listed and has no entry");
            }
            return last(ledgerId, closed.lastEntryId()).thenApply(entry -> {
                Envelope envelope = entry.envelope();
                return new Ended(
                        ledgerId,
                        new LedgerSegment.End(
                                envelope.endOffset(),
                                closed.lastEntryId(),
                                closed.sizeBytes(),
                                envelope.maxTimestamp()));
            });
        });
    }

    private CompletableFuture<StoredEntry> last(long ledgerId, long lastEntryId) {
        return lastEntries.computeIfAbsent(ledgerId, absent -> context.ledgers()
                .reading(ledgerId)
                .thenCompose(handle -> context.ledgers().read(handle, lastEntryId, lastEntryId, 1, 1))
                .thenApply(entries -> entries.get(0)));
    }

    // ---- Producers

    private CompletionStage<Producers> producers(LedgerList list) {
        Producers producers = new Producers(
                context.limits().producersPerPartition(),
                context.limits().idempotencyKeysPerPartition(),
                context.limits().idempotencyWindowMs());
        LedgerSegment segment = list.last();
        if (segment == null) {
            return CompletableFuture.completedFuture(producers);
        }
        return last(segment.ledgerId(), segment.lastEntryId())
                .thenCompose(
                        entry -> context.ledgers().reading(segment.ledgerId()).thenCompose(handle -> {
                            LedgerSource source = new LedgerSource(
                                    context.ledgers(),
                                    handle,
                                    new LedgerIndex(),
                                    segment.lastEntryId(),
                                    segment.sizeBytes() / Math.max(1, segment.lastEntryId()),
                                    context.settings().readWindowBytes());
                            return snapshot(handle, snapshotIn(entry), producers, ByteBuffer.allocate(0))
                                    .thenCompose(next -> replay(source, next, producers));
                        }));
    }

    /** Where the newest whole snapshot begins; every ledger that is listed has one. */
    private long snapshotIn(StoredEntry last) {
        Envelope envelope = last.envelope();
        if (envelope.type() == Envelope.Type.SNAPSHOT) {
            int index = last.payload().getInt(0);
            int count = last.payload().getInt(Integer.BYTES);
            if (index == count - 1) {
                return last.entryId() - index;
            }
        }
        if (envelope.snapshotEntryId() < 0) {
            throw new BarnabasException(ErrorCode.CORRUPT_DATA, "a ledger of " + id + " has no snapshot of producers");
        }
        return envelope.snapshotEntryId();
    }

    /** Loads it; answers the entry behind it. */
    private CompletableFuture<Long> snapshot(ReadHandle handle, long entryId, Producers producers, ByteBuffer before) {
        return context.ledgers().read(handle, entryId, entryId, 1, 1).thenCompose(entries -> {
            ByteBuffer payload = entries.get(0).payload();
            int index = payload.getInt();
            int count = payload.getInt();
            ByteBuffer all = ByteBuffer.allocate(before.remaining() + payload.remaining())
                    .put(before)
                    .put(payload)
                    .flip();
            if (index < count - 1) {
                return snapshot(handle, entryId + 1, producers, all);
            }
            if (!producers.load(all)) {
                throw new BarnabasException(
                        ErrorCode.CORRUPT_DATA, "the snapshot of producers of " + id + " cannot be read");
            }
            return CompletableFuture.completedFuture(entryId + 1);
        });
    }

    private CompletableFuture<Producers> replay(LedgerSource source, long entryId, Producers producers) {
        if (entryId > source.lastEntryId()) {
            return CompletableFuture.completedFuture(producers);
        }
        return source.read(entryId, Long.MIN_VALUE).thenCompose(window -> {
            long nowMs = context.clock().millis();
            window.batches().forEach(batches -> Group.note(batches.bytes(), producers, nowMs, null));
            return replay(source, window.nextEntryId(), producers);
        });
    }
}
