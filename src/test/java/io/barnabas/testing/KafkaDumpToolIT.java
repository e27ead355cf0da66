package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaDumpToolIT {
    @TempDir
    Path directory;

    @Test
    void findsNothingWrongInASoundSegment() throws IOException {
        // given
        Path segment = directory.resolve("00000000000000000000.log");
        Files.write(segment, batch());
        // when
        KafkaDumpTool.Dump dump = KafkaDumpTool.dump(segment);
        // then
        assertThat(dump.sound()).as(dump.toString()).isTrue();
        assertThat(dump.batches()).hasSize(1);
        assertThat(dump.records()).hasSize(2);
    }

    @Test
    void complainsOfAFlippedByte() throws IOException {
        // given
        Path segment = directory.resolve("00000000000000000000.log");
        byte[] bytes = batch();
        bytes[bytes.length - 3] ^= 1;
        Files.write(segment, bytes);
        // when
        KafkaDumpTool.Dump dump = KafkaDumpTool.dump(segment);
        // then
        assertThat(dump.sound()).as(dump.toString()).isFalse();
    }

    @Test
    void complainsOfATornTail() throws IOException {
        // given
        Path segment = directory.resolve("00000000000000000000.log");
        byte[] bytes = batch();
        Files.write(segment, java.util.Arrays.copyOf(bytes, bytes.length - 3));
        // when
        KafkaDumpTool.Dump dump = KafkaDumpTool.dump(segment);
        // then
        assertThat(dump.sound()).as(dump.toString()).isFalse();
    }

    private static byte[] batch() {
        ByteBuffer buffer = MemoryRecords.withRecords(
                        Compression.NONE,
                        new SimpleRecord(1L, null, "one".getBytes(UTF_8)),
                        new SimpleRecord(2L, "key".getBytes(UTF_8), "two".getBytes(UTF_8)))
                .buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
