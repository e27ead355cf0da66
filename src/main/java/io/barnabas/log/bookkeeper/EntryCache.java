package io.barnabas.log.bookkeeper;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Batches of all partitions that are kept in memory, the oldest of which go when there are too many bytes.
 *
 * <p>Thread-safe: looked up without a lock; a lock guards the order in which they came and their bytes.
 */
final class EntryCache {
    private static final int OVERHEAD_BYTES = 200;

    private final long mostBytes;
    private final Deque<Kept> oldestFirst = new ArrayDeque<>();
    private long bytes;

    EntryCache(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    private record Kept(Share share, StoredBatches batches) {}

    /** One partition's share of it. */
    final class Share {
        private final ConcurrentSkipListMap<Long, StoredBatches> byOffset = new ConcurrentSkipListMap<>();

        /** The batches that hold an offset, or null. */
        StoredBatches holding(long offset) {
            Map.Entry<Long, StoredBatches> found = byOffset.floorEntry(offset);
            return found != null && offset < found.getValue().endOffset() ? found.getValue() : null;
        }

        void put(StoredBatches batches) {
            keep(this, batches);
        }

        void clear() {
            byOffset.values().forEach(batches -> forget(this, batches));
        }

        /** Forgets what is wholly below an offset. */
        void clearBelow(long offset) {
            byOffset.headMap(offset).values().forEach(batches -> {
                if (batches.endOffset() <= offset) {
                    forget(this, batches);
                }
            });
        }
    }

    Share share() {
        return new Share();
    }

    synchronized long bytes() {
        return bytes;
    }

    private synchronized void keep(Share share, StoredBatches batches) {
        if (cost(batches) > mostBytes) {
            return;
        }
        StoredBatches before = share.byOffset.put(batches.baseOffset(), batches);
        bytes += cost(batches) - (before == null ? 0 : cost(before));
        oldestFirst.add(new Kept(share, batches));
        while (bytes > mostBytes) {
            Kept oldest = oldestFirst.poll();
            forget(oldest.share, oldest.batches);
        }
    }

    private synchronized void forget(Share share, StoredBatches batches) {
        StoredBatches found = share.byOffset.get(batches.baseOffset());
        if (found == batches) {
            share.byOffset.remove(batches.baseOffset());
            bytes -= cost(batches);
        }
        // Those that were forgotten out of their turn leave the queue when all before them have.
        while (!oldestFirst.isEmpty() && isGone(oldestFirst.peek())) {
            oldestFirst.poll();
        }
    }

    private static boolean isGone(Kept kept) {
        return kept.share.byOffset.get(kept.batches.baseOffset()) != kept.batches;
    }

    private static long cost(StoredBatches batches) {
        return (long) batches.sizeInBytes() + OVERHEAD_BYTES;
    }
}
