package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Checksums;
import io.barnabas.testing.MemoryFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/** Whatever lies in a journal: entries, then the end. */
class JournalReplayFuzzTest {
    private static final Path DATA = Path.of("/data");
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final LogId ID = new LogId(new UUID(1, 2), new TopicPartition("orders", 0));

    @FuzzTest(maxDuration = "1m")
    void replaysAJournalUpToItsFirstTornEntry(byte[] data) throws IOException {
        MemoryFiles files = new MemoryFiles();
        Path folder = PartitionFolder.of(DATA, ID.partition());
        PartitionFolder.create(files, folder, ID.topicId());
        Checkpoints checkpoints = Checkpoints.load(files, DATA);
        checkpoints.put(ID, new LogCheckpoint(ID.topicId(), 0, 0, 0, 0, 0, 0, 0, false, 0));
        files.createFolders(Journal.folder(DATA));
        files.put(Journal.file(Journal.folder(DATA), 1), entries(data));
        new JournalReplay(files, DATA, checkpoints, 4).run();
        assertThat(checkpoints.of(ID).durableOffset()).isNotNegative();
        assertThat(files.all().stream()
                        .mapToLong(path -> files.bytes(path).length)
                        .sum())
                .as("bytes written, which a journal of %d bytes stands for", data.length)
                .isLessThan(2L * SEGMENT_BYTES + 2L * data.length + 4096);
    }

    /** Gives what could be entries of the only log the number and checksum that entries have, and places in a segment. */
    private static byte[] entries(byte[] data) {
        ByteBuffer journal = ByteBuffer.wrap(data);
        int at = 0;
        while (data.length - at >= Journal.HEADER_BYTES) {
            int length = Math.floorMod(journal.getInt(at), 1024) + Journal.HEADER_BYTES;
            if (length > data.length - at) {
                break;
            }
            boolean ours = journal.get(at + 4) >= 0;
            journal.putInt(at, length).putLong(at + 8, 1);
            if (ours) {
                journal.putLong(at + 16, ID.topicId().getMostSignificantBits())
                        .putLong(at + 24, ID.topicId().getLeastSignificantBits())
                        .putInt(at + 32, 0)
                        .putLong(at + 40, 0)
                        .putLong(at + 48, Math.floorMod(journal.getLong(at + 48), SEGMENT_BYTES));
            }
            journal.putInt(at + 4, Checksums.crc(journal, at + 8, at + length));
            at += length;
        }
        return data;
    }
}
