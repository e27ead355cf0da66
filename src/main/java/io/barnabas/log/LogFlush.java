package io.barnabas.log;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Brings one log's recovery point forward: forces its segments, writes its producers, enters the checkpoint. What must
 * be consistent is captured in a turn; what takes long runs beside it. One flush of a log at a time.
 */
final class LogFlush {
    private static final long CLOSE_WAIT_SECONDS = 30;

    private final EngineContext context;
    private final EmbeddedPartitionLog log;

    /** Where the last flush got to; guarded by this. */
    private LogCheckpoint last;

    private long appendedAtSnapshot;

    LogFlush(EngineContext context, EmbeddedPartitionLog log, LogCheckpoint last) {
        this.context = context;
        this.log = log;
        this.last = last;
    }

    /** The state of one moment. {@code producers} is null when no snapshot is due. */
    private record Captured(
            List<Segment> segments,
            Segment active,
            int position,
            long offset,
            boolean noProducers,
            ByteBuffer producers,
            long startOffset) {}

    /** Flushes; the caller saves the checkpoints afterwards. Not on a turn, it waits for one. */
    void run() throws IOException {
        if (!flushed()) {
            // It is being closed, which flushes by itself: without that the journal must be kept.
            try {
                var unused = log.closing().get(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException(log.id() + " did not close, its journal is kept", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while " + log.id() + " closes, its journal is kept");
            }
        }
    }

    /** False when the log takes no turns any more. */
    private synchronized boolean flushed() throws IOException {
        Captured captured;
        try {
            captured = log.turn(() -> capture(false)).join();
        } catch (CompletionException e) {
            BarnabasException failure = BarnabasException.of(e);
            if (failure.code() == ErrorCode.NOT_OWNER && log.closing() != null) {
                return false;
            }
            throw failure;
        }
        try {
            finish(captured);
        } catch (IOException | RuntimeException e) {
            context.dirty().add(log);
            throw e;
        }
        return true;
    }

    /** The last flush; no turn runs any more. */
    synchronized void atClose() throws IOException {
        Captured captured = capture(true);
        finish(captured);
        captured.active.forceIndexes();
        context.checkpoints().save();
    }

    private Captured capture(boolean closing) {
        if (!closing) {
            context.dirty().remove(log); // when it closes it stays until it has been forced
        }
        Segment active = log.segments().active();
        List<Segment> changed = new ArrayList<>();
        for (Segment segment : log.segments().all()) {
            if (segment.baseOffset() >= last.segmentBase()) {
                changed.add(segment);
            }
        }
        Producers producers = log.writer().producers();
        boolean none = producers.count() == 0;
        boolean due = closing
                || active.baseOffset() != last.segmentBase()
                || log.writer().appendedBytes() - appendedAtSnapshot
                        >= context.settings().producerSnapshotBytes();
        return new Captured(
                changed,
                active,
                active.sizeBytes(),
                log.endOffset(),
                none,
                !none && due && log.endOffset() != last.producersOffset() ? producers.snapshot() : null,
                log.logStartOffset());
    }

    private void finish(Captured captured) throws IOException {
        long appended = log.writer().appendedBytes();
        for (Segment segment : captured.segments) {
            forceOrFail(segment);
            if (segment != captured.active) {
                sealIndexes(segment);
            }
        }
        log.durable(captured.offset);
        long producersOffset = last.producersOffset();
        boolean hasProducers = last.hasProducers();
        if (captured.noProducers) {
            producersOffset = captured.offset;
            hasProducers = false;
        } else if (captured.producers != null) {
            writeProducers(captured.offset, captured.producers);
            producersOffset = captured.offset;
            hasProducers = true;
            appendedAtSnapshot = appended;
        }
        LogCheckpoint known = context.checkpoints().of(log.id());
        last = new LogCheckpoint(
                log.id().topicId(),
                log.epoch(),
                Math.max(captured.startOffset, known == null ? 0 : known.startOffset()),
                captured.active.baseOffset(),
                captured.position,
                captured.offset,
                captured.offset,
                producersOffset,
                hasProducers,
                known == null ? last.cleanedOffset() : known.cleanedOffset());
        context.checkpoints().put(log.id(), last);
        dropOldSnapshots(hasProducers ? producersOffset : Long.MAX_VALUE);
    }

    private void forceOrFail(Segment segment) throws IOException {
        try {
            log.force(segment);
        } catch (IOException e) {
            context.health().forceFailed(segment.log().path.toString(), e);
            throw e;
        }
    }

    private static void sealIndexes(Segment segment) throws IOException {
        try {
            segment.forceIndexes();
        } catch (FileCache.RetiredFileException e) {
            return; // deleted meanwhile
        }
    }

    private void writeProducers(long offset, ByteBuffer snapshot) throws IOException {
        Path path = PartitionFolder.producersFile(log.folder(), offset);
        try (LogFiles.LogFile file = context.files().open(path, true)) {
            file.truncate(0);
            file.write(new ByteBuffer[] {snapshot}, 0);
            file.force();
        }
        context.files().forceFolder(log.folder());
    }

    /** Keeps what the saved checkpoint may name: this snapshot and the one before. */
    private void dropOldSnapshots(long newest) throws IOException {
        List<Long> found = PartitionFolder.offsets(context.files(), log.folder(), ".producers");
        int keepFrom = newest == Long.MAX_VALUE ? found.size() : Math.max(0, found.indexOf(newest) - 1);
        for (int i = 0; i < keepFrom - 1; i++) {
            context.files().delete(PartitionFolder.producersFile(log.folder(), found.get(i)));
        }
    }
}
