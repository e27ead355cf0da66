package io.barnabas.log.bookkeeper;

import io.barnabas.log.Append;
import io.barnabas.log.LogConfig;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.log.Producers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.util.ArrayList;
import java.util.List;

/** Numbers appends that are to be stored together. Confined to the partition's turn, used for one group. */
final class AppendPlan {
    private final int epoch;
    private final Producers producers;
    private final LogConfig config;
    private final long nowMs;
    private final long logStartOffset;
    private final long baseOffset;
    private final List<Group.Numbered> numbered = new ArrayList<>();
    private final List<Producers.Undo> undos = new ArrayList<>();
    private long next;
    private long newestTimestamp = LedgerSegment.UNKNOWN;

    AppendPlan(int epoch, Producers producers, LogConfig config, long nowMs, long logStartOffset, long baseOffset) {
        this.epoch = epoch;
        this.producers = producers;
        this.config = config;
        this.nowMs = nowMs;
        this.logStartOffset = logStartOffset;
        this.baseOffset = baseOffset;
        this.next = baseOffset;
    }

    /** An append that was made before, and the offset up to which the log must be durable for it. */
    record Repeat(AppendResult result, long endOffset) {}

    boolean isEmpty() {
        return numbered.isEmpty();
    }

    Group group() {
        return new Group(baseOffset, next, newestTimestamp, numbered, undos);
    }

    /**
     * Takes one more append in; the earlier one when it is a repeat, which then is not taken in.
     *
     * @throws BarnabasException when it cannot be appended; nothing has changed then
     */
    Repeat add(Append append, long arrivedNanos) {
        List<RecordBatch> batches = new ArrayList<>();
        RecordBatches.strict(append.batches()).forEach(batches::add);
        if (batches.isEmpty()) {
            throw new BarnabasException(ErrorCode.UNREADABLE_BATCH, "an append needs at least one batch");
        }
        Producers.Undo undo = producers.undo();
        try {
            return number(append, batches, arrivedNanos, undo);
        } catch (RuntimeException e) {
            undo.restore();
            throw e;
        }
    }

    private Repeat number(Append append, List<RecordBatch> batches, long arrivedNanos, Producers.Undo undo) {
        Producers.Appended first = null;
        Producers.Appended last = null;
        long offset = next;
        long newest = newestTimestamp;
        for (RecordBatch batch : batches) {
            Producers.Appended repeat = batch.producerId() >= 0 ? producers.check(batch, nowMs) : null;
            if (repeat != null) {
                first = first == null ? repeat : first;
                last = repeat;
                continue;
            }
            assign(batch, offset, undo);
            newest = Math.max(newest, batch.maxTimestamp());
            offset = batch.endOffset();
        }
        if (first != null) {
            return repeat(offset > next, first, last);
        }
        long appendTimeMs = config.appendTime() ? nowMs : -1;
        AppendResult result = new AppendResult(next, offset - 1, appendTimeMs, logStartOffset, false);
        numbered.add(new Group.Numbered(append, result, arrivedNanos));
        undos.add(undo);
        next = offset;
        newestTimestamp = newest;
        return null;
    }

    private void assign(RecordBatch batch, long offset, Producers.Undo undo) {
        batch.assign(offset, epoch);
        if (config.appendTime()) {
            batch.stampAppendTime(nowMs);
        }
        if (batch.producerId() >= 0) {
            Producers.Appended appended = new Producers.Appended(
                    batch.baseSequence(), batch.lastSequence(), offset, batch.lastOffset(), nowMs);
            producers.appended(batch.producerId(), batch.producerEpoch(), appended, nowMs, undo);
        }
    }

    private Repeat repeat(boolean mixed, Producers.Appended first, Producers.Appended last) {
        if (mixed) {
            throw new BarnabasException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE, "an append mixes repeated batches with new ones");
        }
        long appendTimeMs = config.appendTime() ? first.appendTimeMs() : -1;
        return new Repeat(
                new AppendResult(first.baseOffset(), last.lastOffset(), appendTimeMs, logStartOffset, true),
                last.lastOffset() + 1);
    }
}
