package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import io.barnabas.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what a journal holds back into the segments after a crash and notes in the checkpoints how far each log was
 * durable. Runs before any log is opened, on one thread.
 *
 * <p>The journal files stay, forced, until the first checkpoint has forced the segments: a start waits for no more of the
 * disk than that. Doing it twice changes nothing, so a crash at any time is fine.
 *
 * <pre>
 *   killed process   the page cache has it all: segments are compared and nothing is written
 *   lost power       what is missing is written to its place and forced at once
 * </pre>
 */
final class JournalReplay {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReplay.class);
    /** An entry holds at most what one round collects; anything larger is not an entry. */
    private static final int ENTRY_BYTES_MOST = Integer.MAX_VALUE - 8;

    private final LogFiles files;
    private final Path dataDir;
    private final Checkpoints checkpoints;
    private final Map<LogKey, LogId> logs = new HashMap<>();
    private final ReplayedSegments segments;

    /** Logs of which the checkpoint file did not tell. */
    private final Set<LogId> made = new HashSet<>();

    /** Base offsets of the segments that each log had on disk when the replay came to it first. */
    private final Map<LogId, NavigableSet<Long>> bases = new HashMap<>();

    private final TreeMap<Long, Journal.Ended> ended = new TreeMap<>();

    /** Used for entry after entry, and grown. */
    private ByteBuffer entryBuffer = ByteBuffer.allocateDirect(0);

    JournalReplay(LogFiles files, Path dataDir, Checkpoints checkpoints, int openFiles) {
        this.files = files;
        this.dataDir = dataDir;
        this.checkpoints = checkpoints;
        this.segments = new ReplayedSegments(files, Math.max(1, openFiles / 2));
    }

    private record LogKey(UUID topicId, int partition) {}

    /**
     * What is left of the run before.
     *
     * @param nextSequence the number that the next journal file gets
     * @param files journal files to be kept until {@code segments} have been forced
     * @param segments to be forced before the journal files go
     */
    record Replayed(long nextSequence, SortedMap<Long, Journal.Ended> files, Set<Path> segments) {}

    Replayed run() throws IOException {
        Path folder = Journal.folder(dataDir);
        files.createFolders(folder);
        List<Long> sequences = PartitionFolder.offsets(files, folder, Journal.SUFFIX);
        removeSpares(folder);
        if (sequences.isEmpty()) {
            return new Replayed(1, ended, Set.of());
        }
        findLogs();
        for (long sequence : sequences) {
            replay(Journal.file(folder, sequence), sequence);
        }
        segments.close();
        files.forceFolder(folder);
        return new Replayed(sequences.get(sequences.size() - 1) + 1, ended, segments.seen());
    }

    /** Durably, before a number is given out again: what they hold must never be taken for new entries. */
    private void removeSpares(Path folder) throws IOException {
        boolean removed = false;
        for (Path path : files.list(folder)) {
            if (path.toString().endsWith(Journal.SPARE)) {
                files.delete(path);
                removed = true;
            }
        }
        if (removed) {
            files.forceFolder(folder);
        }
    }

    private void findLogs() throws IOException {
        for (Path folder : files.list(PartitionFolder.logs(dataDir))) {
            String name = String.valueOf(folder.getFileName());
            int dash = name.lastIndexOf('-');
            if (dash <= 0 || !name.substring(dash + 1).matches("[0-9]{1,9}")) {
                continue;
            }
            UUID topicId = PartitionFolder.topicId(files, folder);
            if (topicId != null) {
                int partition = Integer.parseInt(name.substring(dash + 1));
                logs.put(
                        new LogKey(topicId, partition),
                        new LogId(topicId, new TopicPartition(name.substring(0, dash), partition)));
            }
        }
    }

    private void replay(Path path, long sequence) throws IOException {
        try (LogFile journal = files.open(path, false)) {
            // Before anything is believed: a killed process may have left the last entries in the page cache alone.
            journal.force();
            long size = journal.size();
            long position = 0;
            ByteBuffer entry = read(journal, position, size, sequence);
            while (entry != null) {
                apply(entry);
                position += entry.limit();
                entry = read(journal, position, size, sequence);
            }
            if (position < size && begun(journal, position, sequence)) {
                LOG.warn("Journal ends with an entry that was never whole file={} position={}", path, position);
            }
            ended.put(sequence, new Journal.Ended(position, size));
        }
    }

    /** Whether an entry of this file starts here; what is left of the file's life before has another number. */
    private static boolean begun(LogFile journal, long position, long sequence) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Journal.HEADER_BYTES);
        journal.read(header, position);
        return header.getLong(8) == sequence;
    }

    /** The valid entry at a position, or null; it is there until the next is read. */
    private ByteBuffer read(LogFile journal, long position, long size, long sequence) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Journal.HEADER_BYTES);
        if (journal.read(header, position) < Journal.HEADER_BYTES) {
            return null;
        }
        int length = header.getInt(0);
        if (length < Journal.HEADER_BYTES
                || length > Math.min(ENTRY_BYTES_MOST, size - position)
                || header.getLong(8) != sequence) {
            return null;
        }
        if (entryBuffer.capacity() < length) {
            entryBuffer = ByteBuffer.allocateDirect(
                    Math.max(length, (int) Math.min(ENTRY_BYTES_MOST, 2L * entryBuffer.capacity())));
        }
        ByteBuffer entry = entryBuffer.duplicate().clear().limit(length);
        journal.read(entry, position);
        entry.flip();
        CRC32C crc = new CRC32C();
        crc.update(entry.slice(8, entry.limit() - 8));
        return entry.limit() == length && entry.getInt(4) == (int) crc.getValue() ? entry : null;
    }

    private void apply(ByteBuffer entry) throws IOException {
        LogId id = logs.get(new LogKey(new UUID(entry.getLong(16), entry.getLong(24)), entry.getInt(32)));
        if (id == null) {
            return; // the topic was deleted
        }
        LogCheckpoint checkpoint = checkpoints.of(id);
        if (checkpoint == null) {
            checkpoint = made(id);
        }
        long endOffset = entry.getLong(64);
        if (endOffset <= checkpoint.offset()) {
            return; // in the segments since
        }
        if (entry.limit() > Journal.HEADER_BYTES && !deleted(id, entry.getLong(40), checkpoint.startOffset())) {
            Path folder = PartitionFolder.of(dataDir, id.partition());
            segments.restore(
                    PartitionFolder.logFile(folder, entry.getLong(40)),
                    entry.getLong(48),
                    entry.slice(Journal.HEADER_BYTES, entry.limit() - Journal.HEADER_BYTES));
        }
        checkpoints.put(id, checkpoint.withDurable(endOffset));
    }

    /**
     * Whether the log has given the segment up: the next one on disk begins at its start or below. Put back, segments
     * that were deleted to make room would fill the disk again before the node has started. A log without a checkpoint
     * has given up nothing: that is written down before anything is deleted.
     */
    private boolean deleted(LogId id, long segmentBase, long startOffset) throws IOException {
        if (made.contains(id)) {
            return false;
        }
        NavigableSet<Long> found = bases.get(id);
        if (found == null) {
            found = new TreeSet<>(
                    PartitionFolder.offsets(files, PartitionFolder.of(dataDir, id.partition()), PartitionFolder.LOG));
            bases.put(id, found);
        }
        Long next = found.higher(segmentBase);
        return next != null && next <= startOffset;
    }

    /** A log that was made since the last checkpoint: all of it that is durable lies in this journal. */
    private LogCheckpoint made(LogId id) throws IOException {
        Path folder = PartitionFolder.of(dataDir, id.partition());
        List<Long> found = PartitionFolder.offsets(files, folder, PartitionFolder.LOG);
        made.add(id);
        return LogCheckpoint.unknown(id.topicId(), found.isEmpty() ? 0 : found.get(0));
    }
}
