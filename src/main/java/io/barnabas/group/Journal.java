package io.barnabas.group;

import io.barnabas.group.JournalFormat.Encoded;
import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.Compression;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatchBuilder;
import io.barnabas.record.RecordBatches;
import io.barnabas.record.RecordCursor;
import io.barnabas.record.RecordLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A journal partition's records as batches of its log. Stateless beside the log. */
final class Journal {
    private final PartitionLog log;

    Journal(PartitionLog log) {
        this.log = log;
    }

    /** Where reading starts. */
    long start() {
        return log.logStartOffset();
    }

    /** Where everything that is durable now ends, exclusive. */
    long end() {
        return log.highWatermark();
    }

    /** Writes the records as one batch, so that none is there without the others; completes when they are durable. */
    CompletionStage<?> append(List<JournalRecord> records, long timestampMs) {
        try {
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE);
            for (JournalRecord record : records) {
                Encoded encoded = JournalFormat.encode(record);
                builder.append(timestampMs, encoded.key(), encoded.value(), List.of());
            }
            return log.append(builder.build(), Acks.ALL);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Reads about {@code maxBytes} from {@code offset} on. */
    CompletionStage<Page> read(long offset, int maxBytes) {
        try {
            return log.read(offset, maxBytes).thenApply(result -> page(offset, result));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Page page(long offset, ReadResult result) {
        List<JournalRecord> records = new ArrayList<>();
        long next = offset;
        for (RecordBatch batch : RecordBatches.stored(result.batches())) {
            if (!batch.crcValid()) {
                throw new BarnabasException(
                        ErrorCode.CORRUPT_DATA,
                        "the group journal's batch at offset " + batch.baseOffset() + " has a wrong checksum");
            }
            RecordCursor cursor = batch.records(RecordLimits.DEFAULT);
            while (cursor.next()) {
                // The first batch may begin before the offset that was asked for.
                if (cursor.offset() >= offset) {
                    records.add(JournalFormat.decode(cursor.keyBytes(), cursor.valueBytes()));
                }
            }
            next = batch.endOffset();
        }
        // Below its end a log has nothing only where compaction left nothing: of the last removals, after their delay.
        return new Page(records, result.batches().hasRemaining() ? next : Math.max(offset, result.highWatermark()));
    }

    /**
     * A piece of the journal.
     *
     * @param nextOffset where the next piece starts; the same again at the end
     */
    record Page(List<JournalRecord> records, long nextOffset) {}
}
