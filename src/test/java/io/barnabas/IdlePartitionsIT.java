package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Http;
import io.barnabas.testing.LiveHeap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a thousand partitions cost the real jar while nothing happens to them: heap and open files. */
class IdlePartitionsIT {
    private static final int MANY = 999;
    private static final int FILES_A_PARTITION = 3;
    private static final long MOST_BYTES = 150_000_000;

    @TempDir
    Path data;

    @Test
    void holdsAThousandIdlePartitionsInLittleHeap() throws Exception {
        // given
        try (BarnabasProcess node = BarnabasProcess.at(data).start()) {
            long pid = node.process().pid();
            write(node.http(), "one", 1);
            long before = LiveHeap.bytes(pid);
            long filesBefore = openFiles(pid);
            // when
            write(node.http(), "many", MANY);
            long more = LiveHeap.bytes(pid) - before;
            long moreFiles = openFiles(pid) - filesBefore;
            // then
            System.out.printf("%d more partitions: %,d bytes of heap, %d open files%n", MANY, more, moreFiles);
            assertThat(more).as("bytes of heap").isPositive().isLessThan(MOST_BYTES);
            assertThat(moreFiles).as("open files").isPositive().isLessThan(MANY * FILES_A_PARTITION + 100L);
        }
    }

    private static void write(Http server, String topic, int partitions) {
        server.post(
                        "admin/topics",
                        Http.CONTROL,
                        "{\"topic_name\":\"" + topic + "\",\"partitions_count\":" + partitions + "}")
                .expect(201);
        String records = IntStream.range(0, partitions)
                .mapToObj(partition -> "{\"value\":\"v\",\"partition\":" + partition + "}")
                .collect(Collectors.joining(",", "{\"records\":[", "]}"));
        assertThat(server.post("topics/" + topic + "?acks=all", Http.TEXT, records)
                        .expect(200)
                        .json()
                        .get("offsets"))
                .hasSize(partitions)
                .allSatisfy(
                        offset -> assertThat(offset.path("offset").asLong(-1)).isZero());
    }

    private static long openFiles(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.count();
        }
    }
}
