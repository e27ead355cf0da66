package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Lets the beginning of a log go: the log start moves durably, then files are renamed, then, after a delay for readers,
 * removed. A crash in between leaves files that nobody serves and the next open removes.
 */
final class LogTrim {
    private final EngineContext context;
    private final EmbeddedPartitionLog log;

    /** Renamed files and when they may go, nanoTime; guarded by this. */
    private final List<Renamed> renamed = new ArrayList<>();

    /** Segments that a compaction is about to replace. Volatile: set in a turn, taken back by the compaction. */
    private volatile Set<Segment> reserved = Set.of();

    LogTrim(EngineContext context, EmbeddedPartitionLog log) {
        this.context = context;
        this.log = log;
    }

    private record Renamed(Path path, long atNanos) {}

    /** What a turn has decided. */
    record Trimmed(long startOffset, List<Segment> removed) {}

    /** In a turn: moves the log start up to {@code offset}. */
    Trimmed before(long offset) {
        if (offset < 0 || offset > log.highWatermark()) {
            throw new BarnabasException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "cannot truncate " + log.id() + " before offset " + offset + ", its high watermark is "
                            + log.highWatermark());
        }
        return advance(Math.max(offset, log.logStartOffset()));
    }

    private Trimmed advance(long start) {
        if (start == log.endOffset() && log.segments().active().sizeBytes() > 0) {
            try {
                log.writer().roll();
            } catch (IOException e) {
                throw IoFailure.of("starting a segment of " + log.id(), e);
            }
        }
        log.startOffset(start);
        Set<Segment> kept = reserved;
        return new Trimmed(
                start, log.segments().removeIf(segment -> segment.endOffset() <= start && !kept.contains(segment)));
    }

    /** In a turn: keeps these until {@link #release}, even below the log start; false when one has gone already. */
    boolean reserve(List<Segment> segments) {
        if (!log.segments().all().containsAll(segments)) {
            return false;
        }
        reserved = Set.copyOf(segments);
        return true;
    }

    /** What is below the log start by now goes with the next truncation or retention. */
    void release() {
        reserved = Set.of();
    }

    /** In a turn: drops the oldest segments that match, as long as each one does. */
    Trimmed oldest(Predicate<Segment> drop) {
        long start = log.logStartOffset();
        for (Segment segment : log.segments().all()) {
            boolean active = segment == log.segments().active();
            if (active || segment.endOffset() > log.highWatermark() || !drop.test(segment)) {
                break;
            }
            start = Math.max(start, segment.endOffset());
        }
        return advance(start);
    }

    /** Not in a turn: makes the new start durable, then lets the files go. Answers on the thread that calls. */
    CompletableFuture<Long> finish(Trimmed trimmed) {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        try {
            context.checkpoints().change(log.id(), known -> known.withStart(trimmed.startOffset));
            context.checkpoints().save();
            long bytes = 0;
            for (Segment segment : trimmed.removed) {
                bytes += segment.sizeBytes();
                rename(segment);
            }
            if (!trimmed.removed.isEmpty()) {
                context.files().forceFolder(log.folder());
                context.events().segmentsDeleted(log.id(), trimmed.removed.size(), bytes);
            }
            answer.complete(trimmed.startOffset);
        } catch (IOException e) {
            answer.completeExceptionally(IoFailure.of("truncating " + log.id(), e));
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(BarnabasException.of(e));
        }
        return answer;
    }

    void rename(Segment segment) throws IOException {
        segment.retire();
        for (Path path : segment.paths()) {
            if (context.files().exists(path)) {
                Path gone = path.resolveSibling(path.getFileName() + PartitionFolder.DELETED);
                context.files().rename(path, gone);
                synchronized (this) {
                    renamed.add(new Renamed(gone, context.nanoTime().getAsLong()));
                }
            }
        }
    }

    /** Removes what was renamed long enough ago. */
    void removeRenamed() throws IOException {
        long now = context.nanoTime().getAsLong();
        List<Renamed> due = new ArrayList<>();
        synchronized (this) {
            for (Renamed each : renamed) {
                if (now - each.atNanos >= context.settings().deleteDelayMs() * 1_000_000) {
                    due.add(each);
                }
            }
            renamed.removeAll(due);
        }
        for (Renamed each : due) {
            context.files().delete(each.path);
        }
    }
}
