package io.barnabas.broker.subscription;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.ReadBlock;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * What one read gave, on its way to one reader or to several that follow the same partition. Those share what was made
 * of the bytes, too, so that it is made once. Thread-safe.
 */
public final class Portion implements AutoCloseable {
    private final ByteBuffer batches;
    private final long highWatermark;

    /** Whose memory the batches lie in, until it is claimed; null when nobody else's. Taken out once. */
    private final AtomicReference<ReadBlock> block;

    /** What was made of the batches; null when they are for one reader alone. */
    private final Forms forms;

    private Portion(ByteBuffer batches, long highWatermark, ReadBlock block, Forms forms) {
        this.batches = requireNonNull(batches, "batches");
        this.highWatermark = highWatermark;
        this.block = new AtomicReference<>(block);
        this.forms = forms;
    }

    /** For one reader, in memory that is the collector's. */
    public static Portion alone(ReadResult read) {
        return new Portion(read.batches(), read.highWatermark(), null, null);
    }

    /**
     * For one reader.
     *
     * @param block lent for the read, which may have done without it
     */
    public static Portion alone(ReadResult read, ReadBlock block) {
        return new Portion(read.batches(), read.highWatermark(), block.taken() ? block : null, null);
    }

    /**
     * For several readers.
     *
     * @param grown told the bytes of each form that is made
     */
    static Portion shared(ReadResult read, IntConsumer grown) {
        return new Portion(read.batches(), read.highWatermark(), null, new Forms(grown));
    }

    /** The same bytes, with how far the log reaches by now. */
    Portion seenAt(long newHighWatermark) {
        return new Portion(batches, newHighWatermark, null, forms);
    }

    /** Whole batches back to back, read-only; not to be moved. Empty at the end. */
    public ByteBuffer batches() {
        return batches;
    }

    /** The offset behind the last batch, {@code from} when there is none; throws as {@link RecordBatches#stored} does. */
    long endOffset(long from) {
        long end = forms == null ? 0 : forms.endOffset;
        if (end == 0) {
            for (RecordBatch batch : RecordBatches.stored(batches)) {
                end = Math.max(end, batch.endOffset());
            }
            if (forms != null) {
                forms.endOffset = end;
            }
        }
        return Math.max(from, end);
    }

    /** Exclusive end of what can be read, at the time when the reader got this. */
    public long highWatermark() {
        return highWatermark;
    }

    /**
     * The memory that the batches lie in, from its 0 on, if it was lent: from now on the caller's to give back, and the
     * batches may be looked at no longer than that. Once.
     */
    public Optional<ReadBlock> claim() {
        return Optional.ofNullable(block.getAndSet(null));
    }

    /** Gives lent memory back unless it was claimed; then the batches may not be looked at any more. Idempotent. */
    @Override
    public void close() {
        claim().ifPresent(ReadBlock::close);
    }

    /** Whether others may get the same. */
    public boolean shared() {
        return forms != null;
    }

    /**
     * What {@code making} makes of the batches; made once for all that share them.
     *
     * @param key tells this form from others, by equality
     */
    public <F extends Form> F form(Object key, Class<F> type, Supplier<F> making) {
        return forms == null ? making.get() : type.cast(forms.of(key, making));
    }

    /** Something made of batches. Immutable. */
    public interface Form {
        /** What it takes of the memory. */
        int bytes();
    }

    private static final class Forms {
        private final Map<Object, Form> made = new ConcurrentHashMap<>();
        private final IntConsumer grown;

        /** Behind the last batch; 0 until somebody has looked, and whoever looks finds the same. */
        private volatile long endOffset;

        Forms(IntConsumer grown) {
            this.grown = requireNonNull(grown, "grown");
        }

        Form of(Object key, Supplier<? extends Form> making) {
            return made.computeIfAbsent(key, missing -> {
                Form form = making.get();
                grown.accept(form.bytes());
                return form;
            });
        }
    }
}
