package io.barnabas.log.bookkeeper;

import io.barnabas.log.bookkeeper.LedgerIndex.Point;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.bookkeeper.client.api.ReadHandle;

/**
 * One ledger as it can be read at one moment. Thread-safe.
 *
 * @param lastEntryId the last that may be read, inclusive
 * @param entryBytes what an entry has on average
 */
record LedgerSource(
        Ledgers ledgers, ReadHandle handle, LedgerIndex index, long lastEntryId, long entryBytes, int windowBytes) {
    /** Batches that were read, and the entry that would be read next. */
    record Window(List<StoredBatches> batches, long nextEntryId) {}

    /** An entry from which on reading finds the batches that hold {@code offset}. */
    CompletableFuture<Long> locate(long offset) {
        return search(point -> point.baseOffset() <= offset, index.floor(offset), index.higher(offset));
    }

    /** An entry from which on reading finds the first batch as new as {@code timestamp}. */
    CompletableFuture<Long> locateTime(long timestamp) {
        return search(
                point -> point.maxTimestamp() < timestamp,
                index.lastOlderThan(timestamp),
                index.firstAsNewAs(timestamp));
    }

    private CompletableFuture<Long> search(Predicate<Point> before, Point low, Point high) {
        long from = low == null ? LedgerIndex.FIRST_ENTRY : low.entryId();
        long end = high == null ? lastEntryId + 1 : high.entryId();
        return search(before, from, from, end);
    }

    /**
     * Halves what lies between, until it is no more than one read.
     *
     * @param begin where the batches begin of which {@code low} is a part
     */
    private CompletableFuture<Long> search(Predicate<Point> before, long begin, long low, long high) {
        if (high - low <= 2 || (high - low) * entryBytes <= windowBytes) {
            return CompletableFuture.completedFuture(begin);
        }
        long middle = (low + high) >>> 1;
        return ledgers.read(handle, middle, middle, windowBytes, entryBytes).thenCompose(entries -> {
            StoredEntry entry = entries.get(0);
            Envelope envelope = entry.envelope();
            Point point = new Point(entry.firstEntryId(), envelope.baseOffset(), envelope.maxTimestamp());
            index.add(point);
            return before.test(point)
                    ? search(before, point.entryId(), middle, high)
                    : search(before, begin, low, middle);
        });
    }

    /** Reads whole batches from an entry on, at least one that ends after {@code offset} if there is one. */
    CompletableFuture<Window> read(long entryId, long offset) {
        return read(entryId, offset, new Assembly());
    }

    private CompletableFuture<Window> read(long entryId, long offset, Assembly assembly) {
        if (entryId > lastEntryId) {
            return CompletableFuture.completedFuture(new Window(List.of(), entryId));
        }
        return ledgers.read(handle, entryId, lastEntryId, windowBytes, entryBytes)
                .thenCompose(entries -> {
                    long restart = assembly.add(entries, offset);
                    if (restart >= 0) {
                        return read(restart, offset, new Assembly());
                    }
                    long next = entryId + entries.size();
                    if (assembly.found.isEmpty()) {
                        return read(next, offset, assembly);
                    }
                    // Parts of what is not whole yet are read again with the rest of it.
                    long resume = next - assembly.parts.size();
                    StoredBatches last = assembly.found.get(assembly.found.size() - 1);
                    index.add(new Point(resume, last.endOffset(), assembly.maxTimestamp));
                    return CompletableFuture.completedFuture(new Window(assembly.found, resume));
                });
    }

    /** Puts batches together that lie in several entries. Used by one read. */
    private static final class Assembly {
        private final List<StoredBatches> found = new ArrayList<>();
        private final List<ByteBuffer> parts = new ArrayList<>();
        private long maxTimestamp = LedgerSegment.UNKNOWN;

        /** Where to begin anew when this began in the middle of batches, or -1. */
        private long add(List<StoredEntry> entries, long offset) {
            for (StoredEntry entry : entries) {
                Envelope envelope = entry.envelope();
                boolean batches = envelope.type() == Envelope.Type.DATA || envelope.type() == Envelope.Type.PART;
                if (!batches) {
                    parts.clear(); // their owner died before the rest was durable
                    continue;
                }
                if (envelope.part() < parts.size()) {
                    parts.clear();
                }
                if (envelope.part() != parts.size()) {
                    return entry.firstEntryId();
                }
                if (envelope.type() == Envelope.Type.PART) {
                    parts.add(entry.payload());
                    continue;
                }
                maxTimestamp = envelope.maxTimestamp();
                StoredBatches whole =
                        new StoredBatches(envelope.baseOffset(), envelope.endOffset(), joined(entry.payload()));
                parts.clear();
                if (whole.endOffset() > offset) {
                    found.add(whole);
                }
            }
            return -1;
        }

        private ByteBuffer joined(ByteBuffer last) {
            if (parts.isEmpty()) {
                return last.asReadOnlyBuffer();
            }
            int bytes = last.remaining();
            for (ByteBuffer part : parts) {
                bytes += part.remaining();
            }
            ByteBuffer all = ByteBuffer.allocate(bytes);
            parts.forEach(part -> all.put(part.duplicate()));
            return all.put(last.duplicate()).flip().asReadOnlyBuffer();
        }
    }
}
