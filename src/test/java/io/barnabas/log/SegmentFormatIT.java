package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.record.Acks;
import io.barnabas.record.Compression;
import io.barnabas.record.TopicPartition;
import io.barnabas.testing.Batches;
import io.barnabas.testing.KafkaDumpTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's own tool reads the files that the engine writes, and finds nothing wrong. */
class SegmentFormatIT {
    private static final int ROUNDS = 60;

    @TempDir
    Path folder;

    @Test
    void segmentsAndIndexesAreSoundToKafkasOwnTool() throws Exception {
        // given
        try (EmbeddedLogEngine engine = new EmbeddedLogEngine(
                folder,
                EmbeddedLogSettings.DEFAULTS,
                new DiskFiles(),
                Clock.systemUTC(),
                System::nanoTime,
                Runnable::run,
                Thread::new,
                LogEvents.NONE)) {
            write(engine);
        }
        // when
        List<Path> files = files();
        // then
        assertThat(files.size()).as("several segments").isGreaterThan(6);
        int batches = 0;
        for (Path file : files) {
            KafkaDumpTool.Dump dump = KafkaDumpTool.dump(file);
            assertThat(dump.sound())
                    .as("%s: %s", file.getFileName(), dump.complaints())
                    .isTrue();
            batches += file.toString().endsWith(".log") ? dump.batches().size() : 0;
        }
        assertThat(batches).isEqualTo(ROUNDS * (Compression.values().length + 2));
    }

    private static void write(EmbeddedLogEngine engine) throws Exception {
        LogConfig config = LogConfig.of(Map.of("segment.bytes", "16384", "index.interval.bytes", "512"));
        PartitionLog log = engine.open(new LogId(UUID.randomUUID(), new TopicPartition("dumped", 0)), 3, config)
                .toCompletableFuture()
                .get();
        for (int round = 0; round < ROUNDS; round++) {
            String value = "value of round " + round + " ".repeat(50);
            for (Compression codec : Compression.values()) {
                log.append(Batches.of(codec, value, value + "a", value + "b"), Acks.LEADER);
            }
            log.append(Batches.keyed("key", value), Acks.ALL);
            log.append(Batches.idempotent(7, 0, round * 2, value, value), Acks.ALL)
                    .toCompletableFuture()
                    .get();
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.list(folder.resolve("logs").resolve("dumped-0"))) {
            found.filter(file -> file.toString().matches(".*\\.(log|index|timeindex)"))
                    .sorted()
                    .forEach(files::add);
        }
        return files;
    }
}
