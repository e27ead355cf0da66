package io.barnabas.metrics;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.EngineStatus;
import io.barnabas.log.LogEvents;
import io.barnabas.log.LogId;
import io.barnabas.metrics.Exposition.Tally;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.microprofile.metrics.Tag;

/** Counts what the log engine tells. */
final class LogMetrics implements LogEvents {
    private static final String FSYNC = "barnabas_log_fsync_duration_seconds";
    private static final String FSYNC_HELP = "Time of one force to disk";

    private final TopicTable topics;
    private final Tally appendedRecords;
    private final Tally appendedBytes;
    private final Tally readBytes;
    private final Tally journaledBytes;
    private final DurationHistogram journalFsync;
    private final DurationHistogram segmentFsync;
    private final DurationHistogram recovery;
    private final DurationHistogram checkpoint;
    private final Tally segmentsDeleted;
    private final Tally compactions;
    private final Tally cutBytes;
    private final Tally damagedOffsets;
    private final Tally readOnly;
    private final LongAdder diskFull = new LongAdder();

    LogMetrics(Exposition exposition, TopicTable topics) {
        this.topics = requireNonNull(topics, "topics");
        appendedRecords = exposition.counter(
                "barnabas_log_appended_records_total", "Records appended to this node's logs, internal ones too");
        appendedBytes = exposition.counter(
                "barnabas_log_appended_bytes_total",
                "Bytes of batches appended to this node's logs, internal ones too");
        readBytes = exposition.counter("barnabas_log_read_bytes_total", "Bytes of batches read from this node's logs");
        journaledBytes = exposition.counter(
                "barnabas_log_journaled_bytes_total", "Bytes made durable by way of the shared journal");
        journalFsync = DurationHistogram.shown(exposition, FSYNC, FSYNC_HELP, new Tag("file", "journal"));
        segmentFsync = DurationHistogram.shown(exposition, FSYNC, FSYNC_HELP, new Tag("file", "segment"));
        recovery = DurationHistogram.shown(
                exposition, "barnabas_log_recovery_duration_seconds", "Time to open one partition's log");
        checkpoint = DurationHistogram.shown(
                exposition, "barnabas_log_checkpoint_duration_seconds", "Time of one checkpoint of all logs");
        segmentsDeleted = exposition.counter(
                "barnabas_log_segments_deleted_total", "Segments deleted by retention or truncation");
        compactions = exposition.counter("barnabas_log_compactions_total", "Compactions of a log that were finished");
        cutBytes = exposition.counter(
                "barnabas_log_recovery_cut_bytes_total", "Bytes of torn, never acknowledged tails that recovery cut");
        damagedOffsets = exposition.counter(
                "barnabas_log_damaged_offsets_total", "Offsets that were found damaged and cannot be read");
        readOnly = exposition.counter(
                "barnabas_log_force_failures_total", "Failed forces to disk, after which the log takes no appends");
        exposition.gauge("barnabas_log_disk_full", "1 while appends fail because the disk is full", diskFull::sum);
    }

    @Override
    public void appended(LogId id, int batches, long records, long bytes) {
        appendedRecords.add(records);
        appendedBytes.add(bytes);
        TopicTable.TopicSeries series = topics.of(id.partition().topic());
        series.appendedRecords.add(records);
        series.appendedBytes.add(bytes);
    }

    @Override
    public void read(LogId id, long bytes) {
        readBytes.add(bytes);
    }

    @Override
    public void journalForced(long nanos, int logs, long bytes) {
        journalFsync.add(nanos);
        journaledBytes.add(bytes);
    }

    @Override
    public void segmentForced(LogId id, long nanos) {
        segmentFsync.add(nanos);
    }

    @Override
    public void segmentsDeleted(LogId id, int count, long bytes) {
        segmentsDeleted.add(count);
    }

    @Override
    public void recovered(LogId id, long scannedBytes, long cut, long nanos) {
        recovery.add(nanos);
        cutBytes.add(cut);
    }

    @Override
    public void damaged(LogId id, long fromOffset, long endOffset) {
        damagedOffsets.add(endOffset - fromOffset);
    }

    @Override
    public void compacted(LogId id, long bytesBefore, long bytesAfter) {
        compactions.increment();
    }

    @Override
    public void checkpointed(int logs, long nanos) {
        checkpoint.add(nanos);
    }

    @Override
    public void statusChanged(EngineStatus status) {
        diskFull.reset();
        if (status instanceof EngineStatus.ReadOnly now) {
            if (now.code() == ErrorCode.DISK_FULL) {
                diskFull.increment();
            } else {
                readOnly.increment();
            }
        }
    }
}
