package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
                        .endsWith("Barnabas has stopped")
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
    void removesTheTemporaryFilesOfANodeThatWasKilled() throws Exception {
        // given
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        try (BarnabasProcess killed = startIn(temporary)) {
            killed.kill9();
        }
        List<Path> left = workFolders(temporary);
        // when
        try (BarnabasProcess next = startIn(temporary)) {
            // then
            assertThat(left).hasSize(1);
            assertThat(workFolders(temporary)).hasSize(1).doesNotContainAnyElementsOf(left);
            next.stop();
            assertThat(temporary).isEmptyDirectory();
        }
    }

    private BarnabasProcess startIn(Path temporary) {
        return BarnabasProcess.at(directory.resolve("data"))
                .with("java.io.tmpdir", temporary.toString())
                .start();
    }

    /** The server's own files are in them, and nothing beside them. */
    private static List<Path> workFolders(Path temporary) throws IOException {
        try (Stream<Path> all = Files.list(temporary)) {
            List<Path> folders = all.toList();
            assertThat(folders).allMatch(path -> path.getFileName().toString().startsWith("barnabas-work-"));
            return folders;
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
