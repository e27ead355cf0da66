package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real jar as a process: how it starts, how it refuses to, how it ends. */
class NodeProcessIT {
    @TempDir
    Path directory;

    @Test
    void servesUntilItIsToldToEndAndStartsAgainOnTheSameData() {
        for (int start = 1; start <= 2; start++) {
            try (BarnabasProcess node = BarnabasProcess.at(directory).start()) {
                // when
                int status = node.http().get("health/live").status();
                int exitCode = node.stop();
                // then
                assertThat(status).isEqualTo(200);
                assertThat(exitCode).isEqualTo(143);
                assertThat(node.process().output())
                        .contains("Barnabas has stopped")
                        .noneMatch(line -> line.contains("WARNING") || line.contains("SEVERE"));
            }
        }
        assertThat(Files.exists(directory)).isTrue();
    }

    @Test
    void refusesADataFolderThatAnotherProcessUses() {
        try (BarnabasProcess first = BarnabasProcess.at(directory).start();
                ChildProcess second = BarnabasProcess.at(directory).launch()) {
            // when
            int exitCode = second.awaitExit();
            // then
            assertThat(exitCode).isEqualTo(1);
            assertThat(second.tail()).contains("did not start").contains("is used by another process");
            assertThat(first.http().get("health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void refusesUnknownSettings() {
        try (ChildProcess node = BarnabasProcess.at(directory)
                .with("barnabas.node.idd", "1")
                .withEnvironment("BARNABAS_DATADIR", "x")
                .launch()) {
            // when
            int exitCode = node.awaitExit();
            // then
            assertThat(exitCode).isEqualTo(1);
            assertThat(node.tail())
                    .contains("unknown setting barnabas.node.idd, did you mean barnabas.node.id?")
                    .contains("BARNABAS_DATADIR, did you mean BARNABAS_DATA_DIR?");
        }
    }

    @Test
    void refusesABadValueThatTheEnvironmentGives() {
        try (ChildProcess node = BarnabasProcess.at(directory)
                .withEnvironment("BARNABAS_NODE_ID", "minus one")
                .launch()) {
            // when
            int exitCode = node.awaitExit();
            // then
            assertThat(exitCode).isEqualTo(1);
            assertThat(node.tail()).contains("barnabas.node.id='minus one': expected a whole number from 0 to");
        }
    }
}
