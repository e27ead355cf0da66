package io.barnabas.log;

import io.barnabas.log.BatchScan.Head;
import io.barnabas.log.Durability.Waiter;
import io.barnabas.log.Durability.Written;
import io.barnabas.log.PartitionLog.AppendResult;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.RecordBatch;
import io.barnabas.record.RecordBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers batches and writes them to the active segment, several appends with one gathered write. Confined to the
 * partition's turn.
 */
final class LogWriter {
    private final LogId id;
    private final int epoch;
    private final Path folder;
    private final FileCache cache;
    private final Clock clock;
    private final Segments segments;
    private final Durability durability;
    private final Producers producers;
    private final LogEvents events;
    private LogConfig config;

    /** Read by any thread, written by the turn. */
    private volatile long endOffset;

    /** Ever, in this run; read by any thread. */
    private volatile long appendedBytes;

    /** Set when a failed write could not be taken back: the file may end in bytes that nobody knows. */
    private BarnabasException broken;

    private boolean shut;

    LogWriter(
            EngineContext context,
            LogId id,
            int epoch,
            Path folder,
            LogConfig config,
            Segments segments,
            Durability durability,
            Producers producers,
            long endOffset) {
        this.id = id;
        this.epoch = epoch;
        this.folder = folder;
        this.cache = context.cache();
        this.clock = context.clock();
        this.segments = segments;
        this.durability = durability;
        this.producers = producers;
        this.events = context.events();
        this.config = config;
        this.endOffset = endOffset;
    }

    /** Hears what became of each append; those that wait for the disk are answered later, by who made it durable. */
    interface Answers {
        void done(Append append, AppendResult result);

        void failed(Append append, BarnabasException failure);

        /** Everything below must become durable for somebody. */
        void waits(long endOffset);

        /** Something was written and the high watermark may have moved. */
        void wrote(long bytes);

        /** Throws when nothing may be appended any more. */
        void requireWritable();

        long logStartOffset();
    }

    long endOffset() {
        return endOffset;
    }

    long appendedBytes() {
        return appendedBytes;
    }

    Producers producers() {
        return producers;
    }

    void configure(LogConfig next) {
        config = next;
    }

    /** From here on every append fails so; in a turn, so that none slips in behind the last flush. */
    void shut(BarnabasException reason) {
        shut = true;
        broken = reason;
    }

    /** Something broke in the middle of a write: what the log holds is not known until it is opened again. */
    void broke(BarnabasException reason) {
        broken = broken == null ? reason : broken;
    }

    boolean isShut() {
        return shut;
    }

    /** Appends that were planned and not written yet; all go with one write or none. */
    private final class Group {
        private final List<Planned> planned = new ArrayList<>();
        private final List<Head> heads = new ArrayList<>();
        private final List<Producers.Undo> undos = new ArrayList<>();
        private long next = endOffset;
        private long bytes;
        private long records;
    }

    private record Planned(Append append, int position, AppendResult result) {}

    void append(List<Append> appends, Answers answers) {
        Group group = new Group();
        for (Append append : appends) {
            try {
                requireWhole();
                answers.requireWritable();
                if (rollFirst(group.bytes, append.sizeInBytes(), group.next)) {
                    write(group, answers);
                    group = new Group();
                    roll();
                }
                plan(append, group, answers);
            } catch (BarnabasException e) {
                answers.failed(append, e);
            } catch (IOException e) {
                answers.failed(append, IoFailure.of("starting a segment of " + id, e));
            } catch (RuntimeException e) {
                answers.failed(
                        append, new BarnabasException(ErrorCode.INTERNAL_ERROR, "append to " + id + " failed", e));
            }
        }
        write(group, answers);
    }

    private void requireWhole() {
        if (broken != null) {
            throw broken;
        }
    }

    private boolean rollFirst(long plannedBytes, int bytes, long nextOffset) {
        Segment active = segments.active();
        long used = active.sizeBytes() + plannedBytes;
        return used > 0 && RollRule.rolls(active, used, bytes, nextOffset, config, clock.millis());
    }

    /** Starts a new segment at the end. What was written stays dirty until the next checkpoint. */
    void roll() throws IOException {
        Segment next = Segment.create(cache, folder, endOffset);
        next.log().pin(true);
        segments.add(next);
        events.rolled(id, endOffset);
    }

    /** Now and then: an active segment that has aged is ended, so that retention can take it; silent producers go. */
    void keep(long nowMs, long producerExpiryMs) {
        producers.expire(nowMs, producerExpiryMs);
        if (RollRule.aged(segments.active(), config, nowMs)) {
            try {
                roll();
            } catch (IOException e) {
                throw IoFailure.of("starting a segment of " + id, e);
            }
        }
    }

    private void plan(Append append, Group group, Answers answers) {
        List<RecordBatch> batches = new ArrayList<>();
        RecordBatches.strict(append.batches()).forEach(batches::add);
        if (batches.isEmpty()) {
            throw new BarnabasException(ErrorCode.UNREADABLE_BATCH, "an append needs at least one batch");
        }
        Producers.Undo undo = producers.undo();
        try {
            Producers.Appended first = null;
            Producers.Appended last = null;
            long nowMs = clock.millis();
            long next = group.next;
            int position = Math.toIntExact(segments.active().sizeBytes() + group.bytes);
            int start = position;
            List<Head> heads = new ArrayList<>(batches.size());
            for (RecordBatch batch : batches) {
                Producers.Appended repeat = batch.producerId() >= 0 ? producers.check(batch, nowMs) : null;
                if (repeat != null) {
                    first = first == null ? repeat : first;
                    last = repeat;
                    continue;
                }
                heads.add(number(batch, next, position, nowMs, undo));
                next = batch.endOffset();
                position += batch.sizeInBytes();
            }
            if (first != null) {
                repeated(append, heads, first, last, answers);
                return;
            }
            long appendTimeMs = config.appendTime() ? nowMs : -1;
            AppendResult result = new AppendResult(group.next, next - 1, appendTimeMs, answers.logStartOffset(), false);
            group.records += next - group.next;
            group.planned.add(new Planned(append, start, result));
            group.heads.addAll(heads);
            group.undos.add(undo);
            group.bytes += append.sizeInBytes();
            group.next = next;
        } catch (RuntimeException e) {
            undo.restore();
            throw e;
        }
    }

    private Head number(RecordBatch batch, long offset, int position, long nowMs, Producers.Undo undo) {
        batch.assign(offset, epoch);
        if (config.appendTime()) {
            batch.stampAppendTime(nowMs);
        }
        if (batch.producerId() >= 0) {
            Producers.Appended appended = new Producers.Appended(
                    batch.baseSequence(), batch.lastSequence(), offset, batch.lastOffset(), nowMs);
            producers.appended(batch.producerId(), batch.producerEpoch(), appended, nowMs, undo);
        }
        return new Head(
                position,
                batch.sizeInBytes(),
                offset,
                batch.lastOffset(),
                epoch,
                batch.baseTimestamp(),
                batch.maxTimestamp(),
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.lastSequence());
    }

    private void repeated(
            Append append, List<Head> fresh, Producers.Appended first, Producers.Appended last, Answers answers) {
        if (!fresh.isEmpty()) {
            throw new BarnabasException(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE, "an append mixes repeated batches with new ones");
        }
        AppendResult result = new AppendResult(
                first.baseOffset(),
                last.lastOffset(),
                config.appendTime() ? first.appendTimeMs() : -1,
                answers.logStartOffset(),
                true);
        long end = last.lastOffset() + 1;
        append.result(result);
        if (append.acks() != Acks.ALL || durability.repeated(new Waiter(first.baseOffset(), end, append))) {
            answers.done(append, result);
        } else {
            answers.waits(end);
        }
    }

    private void write(Group group, Answers answers) {
        if (group.planned.isEmpty()) {
            return;
        }
        Segment active = segments.active();
        ByteBuffer[] buffers = new ByteBuffer[group.planned.size()];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = group.planned.get(i).append.batches().duplicate();
        }
        try {
            if (active.sizeBytes() == 0) {
                active.firstAppendMs(clock.millis());
            }
            active.write(buffers);
            active.published(group.heads, config.indexIntervalBytes());
        } catch (IOException e) {
            failed(active, group, answers, e);
            return;
        }
        endOffset = group.next;
        long appended = appendedBytes + group.bytes;
        appendedBytes = appended;
        boolean waits = false;
        for (Planned each : group.planned) {
            waits |= written(active, each);
        }
        events.appended(id, group.heads.size(), group.records, group.bytes);
        answers.wrote(group.bytes);
        if (waits) {
            answers.waits(endOffset);
        }
        for (Planned each : group.planned) {
            if (each.append.acks() != Acks.ALL) {
                answers.done(each.append, each.result);
            }
        }
    }

    private boolean written(Segment segment, Planned planned) {
        Append append = planned.append;
        AppendResult result = planned.result;
        append.result(result);
        boolean waits = append.acks() == Acks.ALL;
        long end = result.lastOffset() + 1;
        Written range = new Written(
                segment,
                planned.position,
                append.sizeInBytes(),
                result.baseOffset(),
                end,
                waits ? append.batches() : null);
        durability.written(range, waits ? new Waiter(result.baseOffset(), end, append) : null);
        return waits;
    }

    private void failed(Segment active, Group group, Answers answers, IOException failure) {
        for (int i = group.undos.size() - 1; i >= 0; i--) {
            group.undos.get(i).restore();
        }
        BarnabasException answer = IoFailure.of("writing to " + id, failure);
        try {
            active.unwrite();
        } catch (IOException e) {
            failure.addSuppressed(e);
            broken = new BarnabasException(
                    ErrorCode.STORAGE_ERROR,
                    id + " takes no appends: a failed write could not be taken back; restart to recover it",
                    failure);
        }
        group.planned.forEach(each -> answers.failed(each.append, answer));
    }
}
