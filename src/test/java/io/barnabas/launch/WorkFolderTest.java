package io.barnabas.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With processes, because a lock is a process's: they are killed, run on, and end in good order. */
class WorkFolderTest {
    private static final Pattern HOLDS = Pattern.compile("^holds (.*)$");
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    @TempDir
    Path temporary;

    @Test
    void removesWhatAKilledProcessLeft() throws Exception {
        // given
        Path left = killed();
        assertThat(left.resolve("server/lib/server.jar")).exists();
        // when
        try (ChildProcess next = holder()) {
            Path held = held(next);
            // then
            assertThat(left).doesNotExist();
            assertThat(folders()).containsExactly(held);
        }
    }

    @Test
    void leavesTheFoldersOfLivingProcessesAlone() throws Exception {
        try (ChildProcess first = holder()) {
            Path living = held(first);
            Path left = killed();
            // when
            try (ChildProcess next = holder()) {
                Path held = held(next);
                // then
                assertThat(left).doesNotExist();
                assertThat(living.resolve("server/lib/server.jar")).exists();
                assertThat(folders()).containsExactlyInAnyOrder(living, held);
            }
        }
    }

    @Test
    void leavesNothingWhenAProcessEndsInGoodOrder() throws Exception {
        // given
        Process process = builder().start();
        // when
        process.getOutputStream().write('\n');
        process.getOutputStream().close();
        // then
        assertThat(process.waitFor()).isZero();
        assertThat(folders()).isEmpty();
    }

    @Test
    void touchesNothingThatIsNotItsOwn() throws Exception {
        // given
        Path payaras = Files.createDirectory(temporary.resolve("payaramicro-rt17tmp"));
        Path unlocked = Files.createDirectory(temporary.resolve("barnabas-work-somebodys"));
        Path file = Files.createFile(temporary.resolve("barnabas-work-file"));
        Path outside = Files.createDirectory(temporary.resolve("outside"));
        Files.createFile(outside.resolve("lock"));
        Path link = Files.createSymbolicLink(temporary.resolve("barnabas-work-link"), outside);
        // when
        try (ChildProcess next = holder()) {
            held(next);
            // then
            assertThat(Stream.of(payaras, unlocked, file, link, outside.resolve("lock")))
                    .allSatisfy(path -> assertThat(path).exists());
        }
    }

    @Test
    void doesNotFollowALinkOutOfAFolderThatItRemoves() throws Exception {
        // given
        Path precious = Files.createFile(
                Files.createDirectory(temporary.resolve("precious")).resolve("data"));
        Path left = killed();
        Files.createSymbolicLink(left.resolve("link"), precious.getParent());
        // when
        try (ChildProcess next = holder()) {
            held(next);
            // then
            assertThat(left).doesNotExist();
            assertThat(precious).exists();
        }
    }

    @Test
    void isForItsOwnerOnly() throws Exception {
        try (ChildProcess process = holder()) {
            // when
            Path held = held(process);
            // then
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(held)))
                    .isEqualTo("rwx------");
        }
    }

    private Path killed() throws Exception {
        try (ChildProcess process = holder()) {
            Path held = held(process);
            process.kill9();
            return held;
        }
    }

    private ChildProcess holder() throws Exception {
        return ChildProcess.start("holder", builder(), HOLDS);
    }

    private static Path held(ChildProcess process) {
        return Path.of(process.awaitReady(TIMEOUT).group(1));
    }

    private ProcessBuilder builder() throws URISyntaxException {
        String classPath = Stream.of(WorkFolder.class, WorkFolderHolder.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .reduce((one, other) -> one + File.pathSeparator + other)
                .orElseThrow();
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                classPath,
                WorkFolderHolder.class.getName(),
                temporary.toString());
    }

    private List<Path> folders() throws IOException {
        try (Stream<Path> all = Files.list(temporary)) {
            return all.filter(path -> path.getFileName().toString().startsWith("barnabas-"))
                    .toList();
        }
    }
}
