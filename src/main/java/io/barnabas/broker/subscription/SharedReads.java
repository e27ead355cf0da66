package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ReadBlock;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.log.ReadMemory;
import io.barnabas.record.TopicPartition;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads each stretch of a partition once for all who follow it. Readers of one end stand at the same offset again and
 * again: the first of them reads, the others get its portion, also while the read is under way. The most recently used
 * portions are kept, up to a bound in bytes; what a partition's only follower reads is not.
 *
 * <p>A portion belongs to the log object that it was read from, so nothing survives a log that is closed and opened
 * anew, where what was not synced may have become something else.
 *
 * <p>Thread-safe. One lock, for the map and the count of its bytes, held for a few instructions.
 */
final class SharedReads {
    /** What an entry weighs beside its batches. */
    private static final int ENTRY_BYTES = 512;

    private final long maxBytes;
    private final Map<TopicPartition, Integer> followers = new ConcurrentHashMap<>();

    /** Guarded by itself, as is {@link #bytes}; the least recently used first. */
    private final Map<Place, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);

    private long bytes;

    SharedReads(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    private record Place(PartitionLog log, long offset) {}

    /** One more reader follows the partition. */
    void follow(TopicPartition partition) {
        followers.merge(partition, 1, Integer::sum);
    }

    /** One less. */
    void unfollow(TopicPartition partition) {
        followers.computeIfPresent(partition, (key, count) -> count == 1 ? null : count - 1);
    }

    /**
     * The portion at {@code offset}: one that is here, or what {@code reading} gives.
     *
     * @param log that serves the partition now
     * @param blocks lends the memory of a portion that nobody shares
     * @param reading reads into the memory that it is given
     */
    CompletionStage<Portion> read(
            TopicPartition partition,
            PartitionLog log,
            long offset,
            Supplier<ReadBlock> blocks,
            Function<ReadMemory, CompletionStage<ReadResult>> reading) {
        long end = log.highWatermark();
        if (offset >= end || offset < log.logStartOffset() || followers.getOrDefault(partition, 0) < 2) {
            ReadBlock block = blocks.get();
            return reading.apply(block).thenApply(read -> Portion.alone(read, block));
        }
        Place place = new Place(log, offset);
        Entry fresh = new Entry(place);
        synchronized (entries) {
            Entry present = entries.get(place);
            if (present != null && present.reachesFarEnough(end)) {
                return present.portion.thenApply(portion -> portion.seenAt(log.highWatermark()));
            }
            remove(present);
            entries.put(place, fresh);
            bytes += fresh.bytes;
        }
        return fresh.fill(reading.apply(ReadMemory.FRESH));
    }

    private void remove(Entry entry) {
        if (entry != null && entries.remove(entry.place, entry)) {
            bytes -= entry.bytes;
        }
    }

    /** What all entries weigh. */
    long bytes() {
        synchronized (entries) {
            return bytes;
        }
    }

    /** One portion, there or on its way. */
    private final class Entry {
        private final Place place;
        private final CompletableFuture<Portion> portion = new CompletableFuture<>();

        /** Guarded by the map, as is what follows. */
        private int bytes = ENTRY_BYTES;

        /** Exclusive; not known while the read is under way. */
        private long endOffset = Long.MAX_VALUE;

        private Entry(Place place) {
            this.place = requireNonNull(place, "place");
        }

        /**
         * Whether a reader here does well with it: one that has fallen behind should not be led through the small
         * portions of those who have not.
         */
        private boolean reachesFarEnough(long end) {
            return endOffset >= end || (endOffset - place.offset) >= (end - place.offset) / 2;
        }

        private CompletionStage<Portion> fill(CompletionStage<ReadResult> reading) {
            reading.whenComplete((read, failure) -> {
                if (failure != null) {
                    drop();
                    portion.completeExceptionally(failure);
                } else {
                    Portion shared = Portion.shared(read, this::grow);
                    keep(read, shared.endOffset(place.offset));
                    portion.complete(shared);
                }
            });
            return portion;
        }

        private void drop() {
            synchronized (entries) {
                remove(this);
            }
        }

        private void keep(ReadResult read, long end) {
            synchronized (entries) {
                endOffset = end;
                if (end == place.offset) { // nothing was there after all
                    remove(this);
                }
            }
            grow(read.batches().capacity());
        }

        private void grow(int more) {
            synchronized (entries) {
                if (entries.get(place) == this) {
                    bytes += more;
                    SharedReads.this.bytes += more;
                    evict();
                }
            }
        }
    }

    private void evict() {
        Iterator<Entry> eldest = entries.values().iterator();
        while (bytes > maxBytes && eldest.hasNext()) {
            bytes -= eldest.next().bytes;
            eldest.remove();
        }
    }
}
