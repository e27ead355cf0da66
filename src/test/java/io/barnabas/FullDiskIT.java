package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Http;
import io.barnabas.testing.RecordedBatches;
import io.barnabas.testing.ZooKeeperProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real jar with its data folder on a file system of 64 MiB that runs full; ZooKeeper's data is elsewhere. Skipped
 * where none can be mounted.
 */
class FullDiskIT {
    private static final String FULL = "50307";
    private static final int VALUE_BYTES = 200_000;
    private static final int MOST = 1_000;
    private static final long FITS_MOST = (64L << 20) / VALUE_BYTES;
    private static final String FILLER = "x".repeat(VALUE_BYTES);

    private final RecordedBatches records = new RecordedBatches("full");
    private int sent;

    @TempDir
    Path directory;

    private Path small;

    @BeforeEach
    void mountSmallFileSystem() throws IOException, InterruptedException {
        small = Files.createDirectory(directory.resolve("small"));
        assumeTrue(
                ran("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", small.toString()),
                "no file system can be mounted here");
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        var unused = ran("umount", small.toString());
    }

    private static boolean ran(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // no such program
        }
    }

    @Test
    void refusesOnAFullDiskServesAndDeletesAndGoesOnWhenThereIsRoom() throws Exception {
        // given
        try (ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(directory.resolve("zookeeper"))) {
            long kept;
            try (BarnabasProcess node = node(zooKeeper).start()) {
                node.http()
                        .post(
                                "admin/topics",
                                Http.CONTROL,
                                "{\"topic_name\":\"full\",\"partitions_count\":1,"
                                        + "\"configs\":{\"segment.bytes\":4000000}}")
                        .expect(201);
                // when
                assertFull(produceUntilRefused(node));
                // then
                assertThat(records.lastOffset()).as("what fits into 64 MiB").isBetween(100L, FITS_MOST);
                assertThat(records.compareWith(node.http(), 0)).isEqualTo(records.lastOffset() + 1);
                assertFull(produce(node));
                assertThat(node.http().get("health/live").status()).isEqualTo(200);
                // when
                kept = records.lastOffset() / 2;
                node.http()
                        .post("topics/full/partitions/0/truncate", Http.CONTROL, "{\"offset\":" + kept + "}")
                        .expect(200);
                await().atMost(Duration.ofSeconds(30)).until(() -> produce(node).status() == 200);
                // then
                assertThat(records.compareWith(node.http(), kept)).isEqualTo(records.lastOffset() + 1);
                node.kill9();
            }
            try (BarnabasProcess after = node(zooKeeper).start()) {
                assertThat(produce(after).status()).isEqualTo(200);
                assertThat(records.compareWith(after.http(), kept)).isEqualTo(records.lastOffset() + 1);
                assertThat(after.http().get("health/ready").status()).isEqualTo(200);
                assertThat(after.stop()).isEqualTo(143);
            }
        }
    }

    private static void assertFull(Http.Answer refused) {
        assertThat(refused.text()).contains(FULL);
        assertThat(refused.status()).isEqualTo(503);
    }

    private BarnabasProcess.Setup node(ZooKeeperProcess zooKeeper) {
        return BarnabasProcess.at(small.resolve("data"))
                .with("barnabas.zookeeper.connect", zooKeeper.connect())
                .with("barnabas.log.delete-delay-ms", "0")
                .with("barnabas.log.housekeeping-interval-ms", "1s");
    }

    private Http.Answer produceUntilRefused(BarnabasProcess node) {
        for (int i = 0; i < MOST; i++) {
            Http.Answer answer = produce(node);
            if (answer.status() != 200) {
                return answer;
            }
        }
        throw new AssertionError("64 MiB took " + MOST + " batches of " + VALUE_BYTES);
    }

    private Http.Answer produce(BarnabasProcess node) {
        return records.produce(node.http(), ++sent + " " + FILLER, "all");
    }
}
