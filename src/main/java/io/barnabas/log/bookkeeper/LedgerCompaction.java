package io.barnabas.log.bookkeeper;

import io.barnabas.log.LogConfig;
import io.barnabas.log.NewestRecords;
import io.barnabas.log.Producers;
import io.barnabas.log.Throttle;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Rewrites the older ledgers of one log so that of each key the newest record is left, at its offset: survivors go to a
 * new ledger, which then takes the place of the old ones in one change of the list. The last ledger, and those younger
 * than the lag, are left alone. Used once, on the housekeeping thread; blocks.
 *
 * <p>Producers need no batch of theirs to stay: their state is in the ledger that is written now.
 */
final class LedgerCompaction {
    private final BookKeeperContext context;
    private final BookKeeperPartitionLog log;
    private final LogConfig config;
    private final long nowMs;
    private final Throttle throttle;
    private NewestRecords newest;
    private long endOffset;

    LedgerCompaction(BookKeeperContext context, BookKeeperPartitionLog log, long nowMs, Throttle throttle) {
        this.context = context;
        this.log = log;
        this.config = log.config();
        this.nowMs = nowMs;
        this.throttle = throttle;
    }

    /** Compacts when it is worth it. */
    void run() {
        if (!config.compact()) {
            return;
        }
        LedgerList list = log.lists().list();
        List<LedgerSegment> cleanable = cleanable(list);
        if (!worthwhile(cleanable, list.cleanedOffset())) {
            return;
        }
        newest = new NewestRecords(config, nowMs, list.cleanedOffset());
        readKeys(cleanable, list.cleanedOffset());
        for (List<LedgerSegment> group : groups(cleanable)) {
            rewrite(group);
        }
    }

    private List<LedgerSegment> cleanable(LedgerList list) {
        List<LedgerSegment> found = new ArrayList<>();
        for (LedgerSegment segment : list.segments()) {
            boolean young =
                    config.minCompactionLagMs() > 0 && segment.maxTimestamp() > nowMs - config.minCompactionLagMs();
            if (!segment.closed() || segment.equals(list.last()) || young) {
                break;
            }
            found.add(segment);
        }
        return found;
    }

    private boolean worthwhile(List<LedgerSegment> cleanable, long cleanedOffset) {
        long total = 0;
        long dirty = 0;
        for (LedgerSegment segment : cleanable) {
            total += segment.sizeBytes();
            dirty += segment.endOffset() > cleanedOffset ? segment.sizeBytes() : 0;
        }
        return dirty > 0 && dirty >= config.minCleanableDirtyRatio() * total;
    }

    /** Finds the newest offset of each key in what was not compacted yet, as far as memory reaches. */
    private void readKeys(List<LedgerSegment> cleanable, long firstDirtyOffset) {
        endOffset = firstDirtyOffset;
        for (LedgerSegment segment : cleanable) {
            if (segment.endOffset() <= firstDirtyOffset) {
                continue;
            }
            SegmentScan scan = scan(segment);
            for (StoredBatches stored = scan.next(); stored != null; stored = scan.next()) {
                for (RecordBatch batch : RecordBatches.stored(stored.bytes())) {
                    if (batch.lastOffset() >= firstDirtyOffset) {
                        note(batch);
                    }
                }
                endOffset = Math.max(endOffset, stored.endOffset());
                if (newest.keyBytes() > context.limits().compactionMapBytes()) {
                    return;
                }
            }
            endOffset = segment.endOffset();
        }
    }

    private void note(RecordBatch batch) {
        RecordCursor records = batch.records(RecordLimits.DEFAULT);
        while (records.next()) {
            newest.note(records);
        }
    }

    /** Neighbours that fit into one ledger together, whatever is left of them. */
    private List<List<LedgerSegment>> groups(List<LedgerSegment> cleanable) {
        long most = Math.min(context.settings().rollBytes(), config.segmentBytes());
        List<List<LedgerSegment>> groups = new ArrayList<>();
        List<LedgerSegment> group = new ArrayList<>();
        long bytes = 0;
        for (LedgerSegment segment : cleanable) {
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            if (!group.isEmpty() && bytes + segment.sizeBytes() > most) {
                groups.add(group);
                group = new ArrayList<>();
                bytes = 0;
            }
            group.add(segment);
            bytes += segment.sizeBytes();
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }

    private void rewrite(List<LedgerSegment> group) {
        long base = group.get(0).baseOffset();
        Ledgers.Created created = Waits.of(context.ledgers().create(log.id(), log.epoch(), base));
        OpenLedger ledger = new OpenLedger(created.handle(), log.epoch(), context.settings(), created.reduced(), nowMs);
        boolean settled = false;
        try {
            LedgerSegment cleaned = copy(group, ledger, base);
            List<Long> replaced = group.stream().map(LedgerSegment::ledgerId).toList();
            long cleanedOffset = Math.min(endOffset, cleaned.endOffset());
            settled = true;
            Waits.of(log.lists().change(list -> list.replaced(replaced, cleaned, cleanedOffset, nowMs)));
            log.reader().changed();
            long before = group.stream().mapToLong(LedgerSegment::sizeBytes).sum();
            context.events().compacted(log.id(), before, cleaned.sizeBytes());
        } catch (BarnabasException e) {
            settled = settled && e.code() == ErrorCode.ZOOKEEPER_UNAVAILABLE; // then it is listed perhaps
            throw e;
        } finally {
            if (!settled) {
                var unused = context.ledgers().delete(ledger.id()).exceptionally(failure -> null);
            }
        }
    }

    private LedgerSegment copy(List<LedgerSegment> group, OpenLedger ledger, long base) {
        long end = group.get(group.size() - 1).endOffset();
        var unused = ledger.header(base, LedgerOpening.whose(log.id()));
        Waits.of(Ledgers.translated("compacting", ledger.snapshot(base, new Producers(1, 1, 1).snapshot())));
        Copy copy = new Copy(ledger, base);
        long madeMs = 0;
        for (LedgerSegment segment : group) {
            madeMs = Math.max(madeMs, segment.madeMs());
            SegmentScan scan = scan(segment);
            for (StoredBatches stored = scan.next(); stored != null; stored = scan.next()) {
                for (RecordBatch batch : RecordBatches.stored(stored.bytes())) {
                    copy.add(batch);
                }
            }
        }
        copy.flush(end);
        Waits.of(Ledgers.translated("compacting", ledger.footer(end)));
        Ledgers.Closed closed = Waits.of(context.ledgers().close(ledger.handle()));
        return new LedgerSegment(
                ledger.id(),
                base,
                end,
                closed.lastEntryId(),
                log.epoch(),
                closed.sizeBytes(),
                ledger.sentMaxTimestamp(),
                madeMs,
                true);
    }

    /** Packs what is left of batches into entries; each entry stands for all offsets since the one before. */
    private final class Copy {
        private final OpenLedger ledger;
        private final ByteArrayOutputStream left = new ByteArrayOutputStream();
        private long from;
        private long newestTimestamp = LedgerSegment.UNKNOWN;
        private CompletableFuture<Long> sent = CompletableFuture.completedFuture(0L);

        Copy(OpenLedger ledger, long from) {
            this.ledger = ledger;
            this.from = from;
        }

        void add(RecordBatch batch) {
            NewestRecords.Left kept = newest.retain(batch, endOffset);
            if (kept.records() == 0) {
                return;
            }
            RecordBatch written = RecordBatch.at(kept.bytes());
            int most = context.settings().maxEntryBytes() - Envelope.BYTES;
            if (left.size() > 0 && left.size() + written.sizeInBytes() > most) {
                flush(batch.baseOffset());
            }
            byte[] bytes = new byte[written.sizeInBytes()];
            kept.bytes().duplicate().get(bytes);
            left.writeBytes(bytes);
            newestTimestamp = Math.max(newestTimestamp, written.maxTimestamp());
        }

        void flush(long end) {
            if (end == from) {
                return;
            }
            Waits.of(Ledgers.translated("compacting", sent));
            moved(left.size());
            sent = ledger.batches(from, end, left.toByteArray(), newestTimestamp);
            left.reset();
            from = end;
        }
    }

    private SegmentScan scan(LedgerSegment segment) {
        return new SegmentScan(segment);
    }

    /** Walks through one ended ledger. */
    private final class SegmentScan {
        private final LedgerSource source;
        private List<StoredBatches> window = List.of();
        private int at;
        private long nextEntryId;

        SegmentScan(LedgerSegment segment) {
            source = new LedgerSource(
                    context.ledgers(),
                    Waits.of(context.ledgers().reading(segment.ledgerId())),
                    new LedgerIndex(),
                    segment.lastEntryId(),
                    segment.sizeBytes() / Math.max(1, segment.lastEntryId()),
                    context.settings().readWindowBytes());
        }

        /** Null at the end. */
        StoredBatches next() {
            if (at == window.size()) {
                LedgerSource.Window read = Waits.of(source.read(nextEntryId, Long.MIN_VALUE));
                window = read.batches();
                nextEntryId = read.nextEntryId();
                at = 0;
                if (window.isEmpty()) {
                    return null;
                }
            }
            StoredBatches next = window.get(at++);
            moved(next.sizeInBytes());
            return next;
        }
    }

    /** @throws BarnabasException {@code NOT_OWNER} when the log is closed meanwhile: the next owner compacts it */
    private void moved(long bytes) {
        throttle.moved(bytes, log::closed);
        if (log.closed()) {
            throw new BarnabasException(ErrorCode.NOT_OWNER, log.id() + " was closed while it was compacted");
        }
    }
}
