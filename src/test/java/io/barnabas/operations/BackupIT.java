package io.barnabas.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.testing.AcknowledgedRecords;
import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.Http;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of a node's data folder, started elsewhere, has what the node had: as src/docs/operating.md says. */
class BackupIT {
    private final AcknowledgedRecords records = new AcknowledgedRecords("backup");
    private final AtomicInteger sent = new AtomicInteger();

    @TempDir
    Path directory;

    private Path data;
    private Path copy;

    @BeforeEach
    void folders() {
        data = directory.resolve("data");
        copy = directory.resolve("copy");
    }

    @Test
    void startsFromACopyOfTheFolderOfANodeThatWasStopped() throws Exception {
        // given
        try (BarnabasProcess node = BarnabasProcess.at(data).start()) {
            createTopic(node.http());
            for (int i = 0; i < 20; i++) {
                produce(node.http());
            }
            assertThat(node.stop()).isEqualTo(143);
        }
        // when
        copy(data, copy);
        // then
        try (BarnabasProcess restored = BarnabasProcess.at(copy).start()) {
            assertThat(records.compareWith(restored.http(), 1)).isEqualTo(records.count());
            produce(restored.http());
            assertThat(records.compareWith(restored.http(), 1)).isEqualTo(records.count());
        }
    }

    /** A process that is frozen writes nothing meanwhile: for the files that is what a snapshot of a volume is. */
    @Test
    void startsFromASnapshotThatWasTakenWhileTheNodeWasWrittenTo() throws Exception {
        ExecutorService producers = Executors.newFixedThreadPool(2);
        AtomicBoolean enough = new AtomicBoolean();
        try (BarnabasProcess node = BarnabasProcess.at(data).start()) {
            // given
            createTopic(node.http());
            for (int i = 0; i < 2; i++) {
                producers.execute(() -> {
                    while (!enough.get()) {
                        produce(node.http());
                    }
                });
            }
            await().atMost(Duration.ofMinutes(1)).until(() -> records.count() >= 500);
            // when
            node.pause();
            int acknowledged;
            try {
                enough.set(true);
                acknowledged = records.count();
                copy(data, copy);
            } finally {
                node.proceed();
            }
            producers.shutdown();
            assertThat(producers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            // then
            try (BarnabasProcess restored = BarnabasProcess.at(copy).start()) {
                int there = restored.http()
                        .get("topics/backup/partitions/0/offsets")
                        .expect(200)
                        .json()
                        .get("end_offset")
                        .asInt();
                assertThat(there).isBetween(acknowledged, records.count());
            }
        } finally {
            producers.shutdownNow();
        }
    }

    @Test
    void refusesTheDataOfANewerVersionAndSaysSo() throws Exception {
        // given
        Files.createDirectories(data);
        Path meta = Files.writeString(data.resolve("meta.properties"), "version=2\nnode.id=0\ncluster.id=c\n");
        // when
        try (ChildProcess node = BarnabasProcess.at(data).launch()) {
            int exitCode = node.awaitExit();
            // then
            assertThat(exitCode).isEqualTo(1);
            assertThat(node.tail()).contains("did not start").contains("written by a newer Barnabas");
        }
        try (var left = Files.list(data)) {
            assertThat(left).as("nothing was begun").containsExactlyInAnyOrder(meta, data.resolve(".lock"));
        }
    }

    private static void createTopic(Http http) {
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"backup\",\"partitions_count\":1}")
                .expect(201);
    }

    private void produce(Http http) {
        List<String> values = List.of("value-" + sent.incrementAndGet());
        records.sending(values);
        Http.Answer answer =
                http.post("topics/backup", Http.TEXT, "{\"records\":[{\"value\":\"" + values.get(0) + "\"}]}");
        records.acknowledged(values, answer.expect(200).json().get("offsets"));
    }

    /** As an operator would; with everything, whatever its name. */
    private static void copy(Path from, Path to) throws IOException, InterruptedException {
        Process copying = new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                .inheritIO()
                .start();
        assertThat(copying.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(copying.exitValue()).isZero();
    }
}
