package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.Http;
import io.barnabas.testing.RecordedBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real jar on a disk whose fdatasync fails: a library preloaded into the process fails it on demand. */
class FailingDiskIT {
    private static final String RECORDS = "topics/faults/partitions/0/records?offset=0&timeout=0";

    private final RecordedBatches records = new RecordedBatches("faults");

    @TempDir
    Path directory;

    @Test
    void acknowledgesNothingAfterAFailedForceAndStartsCleanlyAgain() throws Exception {
        // given
        Path shim = compiled();
        Path trigger = directory.resolve("fail");
        Path data = directory.resolve("data");
        try (BarnabasProcess node = BarnabasProcess.at(data)
                .withEnvironment("LD_PRELOAD", shim.toString())
                .withEnvironment("FDATASYNC_FAILS_WHILE", trigger.toString())
                .start()) {
            node.http()
                    .post("admin/topics", Http.CONTROL, "{\"topic_name\":\"faults\",\"partitions_count\":1}")
                    .expect(201);
            assertThat(produce(node, "before", "all").status()).isEqualTo(200);
            // when
            Files.createFile(trigger);
            Http.Answer failed = produce(node, "lost", "all");
            Files.delete(trigger);
            // then
            assertRefused(failed);
            assertRefused(produce(node, "after, all", "all"));
            assertRefused(produce(node, "after, leader", "leader"));
            assertThat(node.http()
                            .post("topics/faults?acks=all", Http.TEXT, "{\"records\":[{\"value\":\"after\"}]}")
                            .text())
                    .as("per record, as the HTTP family answers")
                    .contains("50306");
            assertThat(node.http().get("health/ready").status()).isEqualTo(503);
            assertThat(node.http().get("health/live").status()).isEqualTo(200);
            assertThat(node.http().get(RECORDS, Http.TEXT).text())
                    .contains("before")
                    .doesNotContain("lost", "after");
            records.compareWith(node.http(), 0);
            assertThat(node.stop()).isEqualTo(143);
        }
        try (BarnabasProcess again = BarnabasProcess.at(data).start()) {
            assertThat(again.http().get("health/ready").status()).isEqualTo(200);
            assertThat(produce(again, "again", "all").status()).isEqualTo(200);
            assertThat(again.http().get(RECORDS, Http.TEXT).text())
                    .contains("before")
                    .doesNotContain("after");
            records.compareWith(again.http(), 0);
        }
    }

    private Http.Answer produce(BarnabasProcess node, String value, String acks) {
        return records.produce(node.http(), value, acks);
    }

    private static void assertRefused(Http.Answer answer) {
        assertThat(answer.text()).contains("50306");
        assertThat(answer.status()).isEqualTo(503);
    }

    private Path compiled() throws IOException, InterruptedException {
        Path shim = directory.resolve("failing-fdatasync.so");
        Path source = Path.of("src/test/c/failing-fdatasync.c");
        Process gcc;
        try {
            gcc = new ProcessBuilder("gcc", "-shared", "-fPIC", "-o", shim.toString(), source.toString(), "-ldl")
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no gcc on this machine");
            throw e;
        }
        assertThat(gcc.waitFor()).as("exit code of gcc").isZero();
        return shim;
    }
}
