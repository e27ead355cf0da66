package io.barnabas.log;

import io.barnabas.record.BatchFilter;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Which records one compaction keeps: of each key the newest. No I/O; confined to one thread.
 *
 * <p>A tombstone that is its key's newest record stays through the first compaction that sees it and until it is older
 * than the delete retention, so that readers who go on from before learn of the deletion.
 */
public final class NewestRecords {
    private static final int KEY_OVERHEAD_BYTES = 120;

    private final LogConfig config;
    private final long nowMs;
    private final long firstDirtyOffset;
    private final BatchFilter filter = new BatchFilter(RecordLimits.DEFAULT);
    private final Map<ByteBuffer, Long> newest = new HashMap<>();
    private long keyBytes;

    /** @param firstDirtyOffset below it the log was compacted before */
    public NewestRecords(LogConfig config, long nowMs, long firstDirtyOffset) {
        this.config = config;
        this.nowMs = nowMs;
        this.firstDirtyOffset = firstDirtyOffset;
    }

    /**
     * What is left of a batch.
     *
     * @param records how many; with none the bytes are a header that still carries the producer's last sequence
     */
    public record Left(ByteBuffer bytes, int records) {}

    /** Memory that the keys take. */
    public long keyBytes() {
        return keyBytes;
    }

    /** Takes notice of a record; records come in the order of their offsets. */
    public void note(RecordCursor record) {
        byte[] key = record.keyBytes();
        if (key != null && newest.put(ByteBuffer.wrap(key), record.offset()) == null) {
            keyBytes += key.length + KEY_OVERHEAD_BYTES;
        }
    }

    /** The batch with what is kept of it; all of what has not been looked at, from {@code endOffset} on. */
    public Left retain(RecordBatch batch, long endOffset) {
        int[] kept = {0};
        ByteBuffer left = filter.retain(batch, record -> {
            boolean keep = keeps(record, endOffset);
            kept[0] += keep ? 1 : 0;
            return keep;
        });
        return new Left(left, kept[0]);
    }

    private boolean keeps(RecordCursor record, long endOffset) {
        if (record.offset() >= endOffset) {
            return true;
        }
        ByteBuffer key = record.key();
        if (key == null) {
            return false;
        }
        Long latest = newest.get(key);
        if (latest != null && latest > record.offset()) {
            return false;
        }
        boolean tombstone = record.valueLength() < 0;
        return !tombstone
                || record.offset() >= firstDirtyOffset
                || nowMs - record.timestamp() <= config.deleteRetentionMs();
    }
}
