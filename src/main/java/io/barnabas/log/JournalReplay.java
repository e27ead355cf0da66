package io.barnabas.log;

import io.barnabas.log.LogFiles.LogFile;
import io.barnabas.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what a journal holds back into the segments after a crash, forces it and notes in the checkpoints how far each
 * log was durable. Afterwards the journal is empty. Doing it twice changes nothing, so a crash in the middle is fine.
 * Runs before any log is opened, on one thread.
 */
final class JournalReplay {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReplay.class);
    /** An entry holds at most what one round collects; anything larger is not an entry. */
    private static final int ENTRY_BYTES_MOST = Integer.MAX_VALUE - 8;

    private final LogFiles files;
    private final Path dataDir;
    private final Checkpoints checkpoints;
    private final Map<LogKey, LogId> logs = new HashMap<>();
    private final Map<Path, LogFile> open = new HashMap<>();
    private final Set<Path> folders = new LinkedHashSet<>();

    JournalReplay(LogFiles files, Path dataDir, Checkpoints checkpoints) {
        this.files = files;
        this.dataDir = dataDir;
        this.checkpoints = checkpoints;
    }

    private record LogKey(UUID topicId, int partition) {}

    /** Answers the number that the next journal file gets. */
    long run() throws IOException {
        Path folder = Journal.folder(dataDir);
        files.createFolders(folder);
        List<Long> sequences = PartitionFolder.offsets(files, folder, Journal.SUFFIX);
        removeSpares(folder);
        if (sequences.isEmpty()) {
            return 1;
        }
        findLogs();
        for (long sequence : sequences) {
            replay(Journal.file(folder, sequence), sequence);
        }
        for (LogFile file : open.values()) {
            file.force();
            file.close();
        }
        for (Path changed : folders) {
            files.forceFolder(changed);
        }
        checkpoints.save();
        for (long sequence : sequences) {
            files.delete(Journal.file(folder, sequence));
        }
        files.forceFolder(folder);
        return sequences.get(sequences.size() - 1) + 1;
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
            long size = journal.size();
            long position = 0;
            while (position < size) {
                ByteBuffer entry = read(journal, position, size, sequence);
                if (entry == null) {
                    if (begun(journal, position, sequence)) {
                        LOG.warn("Journal ends with an entry that was never whole file={} position={}", path, position);
                    }
                    return;
                }
                apply(entry);
                position += entry.limit();
            }
        }
    }

    /** Whether an entry of this file starts here; what is left of the file's life before has another number. */
    private static boolean begun(LogFile journal, long position, long sequence) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(Journal.HEADER_BYTES);
        journal.read(header, position);
        return header.getLong(8) == sequence;
    }

    /** The valid entry at a position, or null. */
    private static ByteBuffer read(LogFile journal, long position, long size, long sequence) throws IOException {
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
        ByteBuffer entry = ByteBuffer.allocate(length);
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
        long endOffset = entry.getLong(64);
        if (checkpoint == null || endOffset <= checkpoint.offset()) {
            return; // no checkpoint: created, never acknowledged; below it: in the segments since
        }
        if (entry.limit() > Journal.HEADER_BYTES) {
            restore(id, entry.getLong(40), entry.getLong(48), entry.position(Journal.HEADER_BYTES));
        }
        checkpoints.put(id, checkpoint.withDurable(endOffset));
    }

    /** Redo by place: writes the bytes where they were unless they are there already. */
    private void restore(LogId id, long segmentBase, long position, ByteBuffer bytes) throws IOException {
        Path folder = PartitionFolder.of(dataDir, id.partition());
        Path path = PartitionFolder.logFile(folder, segmentBase);
        LogFile segment = open.get(path);
        if (segment == null) {
            segment = files.open(path, true);
            open.put(path, segment);
            folders.add(folder);
        }
        ByteBuffer there = ByteBuffer.allocate(bytes.remaining());
        segment.read(there, position);
        if (!there.flip().equals(bytes)) {
            segment.write(new ByteBuffer[] {bytes.duplicate()}, position);
        }
    }
}
