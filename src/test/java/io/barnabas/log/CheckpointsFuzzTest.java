package io.barnabas.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.MemoryFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Whatever a checkpoint file says, its checksum being right. */
class CheckpointsFuzzTest {
    private static final Path DATA = Path.of("/data");
    private static final LogId ID = new LogId(new UUID(1, 2), new TopicPartition("orders", 0));

    @FuzzTest(maxDuration = "1m")
    void readsACheckpointWholeOrNotAtAll(byte[] data) throws IOException {
        String lines = new String(data, ISO_8859_1);
        String text = "barnabas-checkpoint 1 " + lines + "\n";
        MemoryFiles files = new MemoryFiles();
        files.createFolders(DATA);
        files.put(DATA.resolve("checkpoint"), sealed(text).getBytes(UTF_8));
        try {
            Checkpoints.load(files, DATA).of(ID);
        } catch (BarnabasException damaged) {
            assertThat(damaged.code()).isEqualTo(ErrorCode.CORRUPT_DATA);
        }
    }

    private static String sealed(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(UTF_8));
        return text + "crc32c " + Long.toHexString(crc.getValue()) + "\n";
    }
}
