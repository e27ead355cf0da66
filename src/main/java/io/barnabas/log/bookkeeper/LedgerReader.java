package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog.OffsetAndTimestamp;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.log.bookkeeper.LedgerSource.Window;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads a partition below its high watermark: what was appended last out of memory, the rest from bookies, a window at
 * once, and for whoever reads on the next window ahead. Thread-safe; never blocks.
 */
final class LedgerReader {
    private static final int TRIES = 5;
    private static final int HINTS = 16;
    private static final int INDEXES = 64;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final BookKeeperContext context;
    private final LogId id;
    private final LedgerLists lists;
    private final LongSupplier highWatermark;
    private final LongSupplier logStartOffset;
    private final Supplier<OpenLedger> newest;
    private final EntryCache.Share tail;
    private final EntryCache.Share ahead;

    /** Where recent reads ended: who begins there reads on. */
    private final AtomicLongArray ends = new AtomicLongArray(HINTS);

    /** Offsets from which on a window is being read ahead. */
    private final Set<Long> reading = ConcurrentHashMap.newKeySet();

    /** By ledger, the longest unused first; guarded by itself. */
    private final Map<Long, LedgerIndex> indexes = new LinkedHashMap<>(16, 0.75f, true);

    LedgerReader(
            BookKeeperContext context,
            LogId id,
            LedgerLists lists,
            LongSupplier highWatermark,
            LongSupplier logStartOffset,
            Supplier<OpenLedger> newest) {
        this.context = context;
        this.id = id;
        this.lists = lists;
        this.highWatermark = highWatermark;
        this.logStartOffset = logStartOffset;
        this.newest = newest;
        this.tail = context.tail().share();
        this.ahead = context.ahead().share();
    }

    /** Appended and durable. */
    void appended(StoredBatches batches) {
        tail.put(batches);
    }

    void opened(OpenLedger ledger) {
        synchronized (indexes) {
            indexes.put(ledger.id(), ledger.index());
        }
    }

    /** The start has moved, or ledgers were replaced. */
    void changed() {
        tail.clearBelow(logStartOffset.getAsLong());
        ahead.clear();
    }

    void close() {
        tail.clear();
        ahead.clear();
    }

    ReadResult nothing() {
        return new ReadResult(NOTHING, highWatermark.getAsLong(), logStartOffset.getAsLong());
    }

    /** @throws BarnabasException {@code OFFSET_OUT_OF_RANGE} */
    void requireInRange(long offset) {
        long start = logStartOffset.getAsLong();
        long end = highWatermark.getAsLong();
        if (offset < start || offset > end) {
            throw new BarnabasException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "offset " + offset + " of " + id + " is out of range, readable are " + start + " to " + end);
        }
    }

    CompletableFuture<ReadResult> read(long offset, int maxBytes) {
        long end = highWatermark.getAsLong();
        boolean goesOn = ends.get(slot(offset)) == offset + 1;
        Answer answer =
                new Answer(offset, end, Math.min(maxBytes, context.limits().readBytes()));
        return fill(answer, 0).thenApply(filled -> {
            ends.set(slot(answer.next), answer.next + 1);
            if (goesOn && answer.next < end && tail.holding(answer.next) == null) {
                readAhead(answer.next);
            }
            ByteBuffer batches = answer.batches();
            context.events().read(id, batches.remaining());
            return new ReadResult(batches, highWatermark.getAsLong(), logStartOffset.getAsLong());
        });
    }

    private static int slot(long offset) {
        return (int) ((offset ^ (offset >>> 7)) & (HINTS - 1));
    }

    private CompletableFuture<Void> fill(Answer answer, int failures) {
        boolean more = true;
        while (more && answer.next < answer.end) {
            StoredBatches found = tail.holding(answer.next);
            found = found == null ? ahead.holding(answer.next) : found;
            if (found == null) {
                break;
            }
            more = answer.add(found);
        }
        if (!more || answer.next >= answer.end || !answer.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return again(window(answer.next), failures, retried -> fill(answer, retried))
                .thenCompose(window -> {
                    if (window == null) {
                        return CompletableFuture.completedFuture(null); // another try has filled it
                    }
                    addAll(answer, window);
                    return fill(answer, failures);
                });
    }

    private static void addAll(Answer answer, List<StoredBatches> window) {
        for (StoredBatches batches : window) {
            if (batches.baseOffset() > answer.next || !answer.add(batches)) {
                return;
            }
        }
    }

    private interface Retry {
        CompletableFuture<Void> run(int failures);
    }

    /** A ledger may be replaced or deleted under a reader: then it looks again. Null when the repeat has done it all. */
    private <T> CompletableFuture<T> again(CompletableFuture<T> work, int failures, Retry retry) {
        return work.exceptionallyCompose(failure -> {
            BarnabasException reason = Ledgers.failure("reading " + id, failure);
            boolean gone = reason.code() == ErrorCode.CORRUPT_DATA || reason.code() == ErrorCode.ILLEGAL_STATE;
            return gone && failures < TRIES
                    ? retry.run(failures + 1).thenApply(done -> null)
                    : CompletableFuture.failedFuture(reason);
        });
    }

    private void readAhead(long offset) {
        if (ahead.holding(offset) != null || !reading.add(offset)) {
            return;
        }
        var unused = window(offset).whenComplete((window, failure) -> reading.remove(offset));
    }

    /** Batches from an offset on; the first hold it, whatever compaction has left of them. */
    private CompletableFuture<List<StoredBatches>> window(long offset) {
        LedgerSegment segment = lists.list().holding(offset);
        if (segment == null || offset < logStartOffset.getAsLong()) {
            return CompletableFuture.failedFuture(outOfRange(offset));
        }
        return source(segment)
                .thenCompose(source -> source.locate(offset).thenCompose(entryId -> source.read(entryId, offset)))
                .thenApply(window -> {
                    if (window.batches().isEmpty()) {
                        return List.of(new StoredBatches(offset, endOf(segment), NOTHING));
                    }
                    window.batches().forEach(ahead::put);
                    return window.batches();
                });
    }

    private long endOf(LedgerSegment segment) {
        return segment.closed() ? segment.endOffset() : highWatermark.getAsLong();
    }

    private BarnabasException outOfRange(long offset) {
        return new BarnabasException(
                ErrorCode.OFFSET_OUT_OF_RANGE, "offset " + offset + " of " + id + " cannot be read any more");
    }

    private CompletableFuture<LedgerSource> source(LedgerSegment segment) {
        OpenLedger open = newest.get();
        if (open != null && open.id() == segment.ledgerId() && !segment.closed()) {
            long last = open.ackedEntryId();
            return CompletableFuture.completedFuture(new LedgerSource(
                    context.ledgers(),
                    open.handle(),
                    open.index(),
                    last,
                    open.sentBytes() / Math.max(1, last),
                    context.settings().readWindowBytes()));
        }
        if (!segment.closed()) {
            return CompletableFuture.failedFuture(
                    new BarnabasException(ErrorCode.ILLEGAL_STATE, "the ledgers of " + id + " have just changed"));
        }
        LedgerIndex index = index(segment.ledgerId());
        return context.ledgers().reading(segment.ledgerId()).thenCompose(handle -> {
            LedgerSource source = new LedgerSource(
                    context.ledgers(),
                    handle,
                    index,
                    segment.lastEntryId(),
                    segment.sizeBytes() / Math.max(1, segment.lastEntryId()),
                    context.settings().readWindowBytes());
            return index.complete() ? CompletableFuture.completedFuture(source) : withFooter(source);
        });
    }

    private LedgerIndex index(long ledgerId) {
        synchronized (indexes) {
            LedgerIndex index = indexes.computeIfAbsent(ledgerId, absent -> new LedgerIndex());
            Iterator<LedgerIndex> oldest = indexes.values().iterator();
            while (indexes.size() > INDEXES) {
                oldest.next();
                oldest.remove();
            }
            return index;
        }
    }

    private CompletableFuture<LedgerSource> withFooter(LedgerSource source) {
        return context.ledgers()
                .read(source.handle(), source.lastEntryId(), source.lastEntryId(), 1, 1)
                .thenApply(entries -> {
                    StoredEntry last = entries.get(0);
                    if (last.envelope().type() == Envelope.Type.FOOTER) {
                        source.index().read(last.payload());
                    }
                    source.index().completed();
                    return source;
                });
    }

    // ---- Times

    CompletableFuture<Optional<OffsetAndTimestamp>> offsetForTimestamp(long timestamp) {
        return search(timestamp, logStartOffset.getAsLong(), highWatermark.getAsLong(), 0);
    }

    /** Looks in the ledgers from {@code offset} on. */
    private CompletableFuture<Optional<OffsetAndTimestamp>> search(
            long timestamp, long offset, long end, int failures) {
        LedgerSegment segment = offset < end ? lists.list().holding(offset) : null;
        while (segment != null && segment.closed() && segment.maxTimestamp() < timestamp) {
            segment = segment.endOffset() < end ? lists.list().holding(segment.endOffset()) : null;
        }
        if (segment == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        LedgerSegment found = segment;
        long from = Math.max(offset, segment.baseOffset());
        return source(segment)
                .thenCompose(source -> source.locateTime(timestamp)
                        .thenCompose(entryId -> scan(source, entryId, new Wanted(timestamp, from, end))))
                .thenCompose(result -> result.isPresent()
                        ? CompletableFuture.completedFuture(result)
                        : search(timestamp, endOf(found), end, failures));
    }

    private record Wanted(long timestamp, long from, long end) {}

    private CompletableFuture<Optional<OffsetAndTimestamp>> scan(LedgerSource source, long entryId, Wanted wanted) {
        return source.read(entryId, wanted.from).thenCompose(window -> {
            for (StoredBatches batches : window.batches()) {
                Optional<OffsetAndTimestamp> found = firstIn(batches, wanted);
                if (found.isPresent()) {
                    return CompletableFuture.completedFuture(found);
                }
            }
            return isOver(window, wanted)
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : scan(source, window.nextEntryId(), wanted);
        });
    }

    private static boolean isOver(Window window, Wanted wanted) {
        List<StoredBatches> batches = window.batches();
        return batches.isEmpty() || batches.get(batches.size() - 1).endOffset() >= wanted.end;
    }

    private static Optional<OffsetAndTimestamp> firstIn(StoredBatches stored, Wanted wanted) {
        for (RecordBatch batch : RecordBatches.stored(stored.bytes())) {
            if (batch.maxTimestamp() < wanted.timestamp || batch.baseOffset() >= wanted.end) {
                continue;
            }
            RecordCursor records = batch.records(RecordLimits.DEFAULT);
            while (records.next()) {
                if (records.offset() >= wanted.from
                        && records.offset() < wanted.end
                        && records.timestamp() >= wanted.timestamp) {
                    return Optional.of(new OffsetAndTimestamp(records.offset(), records.timestamp()));
                }
            }
        }
        return Optional.empty();
    }
}
