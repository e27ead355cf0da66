package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.Producers;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends that are stored together: numbered, copied, sent to a ledger, and to another one when that fails before they
 * are durable. Confined to the partition's turn; the copy is written to by nobody.
 */
final class Group {
    private final long baseOffset;
    private final long endOffset;
    private final byte[] payload;
    private final long newestTimestamp;
    private final List<Numbered> appends;
    private final List<Producers.Undo> undos = new ArrayList<>();
    private long lastEntryId = LedgerSegment.UNKNOWN;
    private long maxTimestamp = LedgerSegment.UNKNOWN;

    /** One of them, and what it is answered. */
    record Numbered(Append append, AppendResult result, long arrivedNanos) {}

    Group(long baseOffset, long endOffset, long newestTimestamp, List<Numbered> appends, List<Producers.Undo> undos) {
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
        this.newestTimestamp = newestTimestamp;
        this.appends = appends;
        this.undos.addAll(undos);
        int bytes = 0;
        for (Numbered each : appends) {
            bytes += each.append.sizeInBytes();
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        appends.forEach(each -> all.put(each.append.batches().duplicate()));
        this.payload = all.array();
    }

    long baseOffset() {
        return baseOffset;
    }

    long endOffset() {
        return endOffset;
    }

    byte[] payload() {
        return payload;
    }

    long newestTimestamp() {
        return newestTimestamp;
    }

    List<Numbered> appends() {
        return appends;
    }

    StoredBatches stored() {
        return new StoredBatches(baseOffset, endOffset, ByteBuffer.wrap(payload).asReadOnlyBuffer());
    }

    /** In which entry of the ledger it ends, and how new its ledger is by then. */
    void sent(long entryId, long newestOfLedger) {
        lastEntryId = entryId;
        maxTimestamp = newestOfLedger;
    }

    long lastEntryId() {
        return lastEntryId;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    /** Producers are as if it had never been; for groups in reverse order. */
    void undo() {
        for (int i = undos.size() - 1; i >= 0; i--) {
            undos.get(i).restore();
        }
        undos.clear();
    }

    /** Producers are told again of what {@link #undo} took back. */
    void redo(Producers producers, long nowMs) {
        Producers.Undo undo = producers.undo();
        note(ByteBuffer.wrap(payload), producers, nowMs, undo);
        undos.add(undo);
    }

    /** Tells producers of batches that are numbered. */
    static void note(ByteBuffer batches, Producers producers, long nowMs, Producers.Undo undo) {
        for (RecordBatch batch : RecordBatches.stored(batches)) {
            if (batch.producerId() >= 0) {
                long at = Math.min(nowMs, batch.maxTimestamp());
                Producers.Appended appended = new Producers.Appended(
                        batch.baseSequence(), batch.lastSequence(), batch.baseOffset(), batch.lastOffset(), at);
                producers.appended(batch.producerId(), batch.producerEpoch(), appended, nowMs, undo);
            }
        }
    }
}
