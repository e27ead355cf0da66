package io.barnabas.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.FreePort;
import io.barnabas.testing.Http;
import io.barnabas.testing.WsClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every step of the Dockerfile that needs no engine, done in a folder, and a node started from what came out, as a
 * container would be started: with its entry point, by a user without rights, with a health check, ended by SIGTERM.
 */
class DockerfileIT {
    private static final Path PROJECT = Path.of(System.getProperty("project.folder"));
    private static final Pattern READY = Pattern.compile("^Barnabas is ready at");
    private static final String USER = "10001";

    private static Dockerfile file;
    private static ImageReplay replay;
    private static Path scratch;
    private static Path temporary;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "the image's scripts need bash");
        file = Dockerfile.parse(Files.readString(PROJECT.resolve("Dockerfile")));
        scratch = Files.createTempDirectory("image");
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        temporary = Files.createDirectory(scratch.resolve("tmp"));
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        replay = new ImageReplay(PROJECT, scratch, environment());
        replay.build(file);
    }

    @AfterAll
    static void clear() {
        if (replay != null) {
            replay.clear();
        }
    }

    private static Map<String, String> environment() {
        String java = Path.of(System.getProperty("java.home"), "bin").toString();
        return Map.of(
                "TMPDIR", temporary.toString(),
                "PORT", Integer.toString(FreePort.next()),
                "PATH", java + ":" + System.getenv("PATH"));
    }

    @Test
    void startsServesAndEndsAsAContainerWould() throws Exception {
        // given
        int port = FreePort.next();
        Path data = scratch.resolve("data");
        List<String> command = new ArrayList<>(withoutRights());
        replayed("ENTRYPOINT").forEach(command::add);
        command.addAll(List.of("--port", Integer.toString(port)));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment());
        builder.environment().put("BARNABAS_DATA_DIR", data.toString());
        // Ends the start when the archive of classes does not fit the JVM or the class path.
        builder.environment().put("JAVA_OPTIONS", "-Xshare:on -Xmx512m");
        Files.createDirectory(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        // when
        try (ChildProcess node = ChildProcess.start("container", builder, READY)) {
            node.awaitReady(Duration.ofMinutes(4));
            // then
            Http http = new Http(URI.create("http://127.0.0.1:" + port + "/"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> http.get("health/ready").status() == 200);
            assertThat(commandOf(node.pid())).as("the first process is the JVM").endsWith("java");
            assertThat(healthy(port)).isZero();
            serves(http);
            assertThat(node.output())
                    .filteredOn(line -> line.contains("draining"))
                    .isEmpty();
            assertThat(node.stop()).isEqualTo(143);
            assertThat(node.output()).endsWith("Barnabas has stopped");
            assertThat(node.output())
                    .filteredOn(line -> line.startsWith("{"))
                    .as("one JSON object a line")
                    .isNotEmpty();
            assertThat(node.output())
                    .as("the server misses nothing of what was left out of its folder")
                    .noneMatch(line -> line.contains("\"WARNING\"") || line.contains("\"SEVERE\""));
            assertThat(healthy(port)).isNotZero();
        }
    }

    /** Whatever of the server a client meets: services that nothing uses are left out of the image. */
    private static void serves(Http http) {
        http.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"image\",\"partitions_count\":1}")
                .expect(201);
        try (WsClient socket = WsClient.connect(http.webSocket("ws"))) {
            ObjectNode produce = WsClient.frame("produce")
                    .put("topic", "image")
                    .put("acks", "all")
                    .put("format", "text");
            produce.withArray("records").addObject().put("value", "from a socket");
            assertThat(socket.request(produce).path("type").asText()).isEqualTo("produced");
        }
        assertThat(http.get("topics/image/partitions/0/records?offset=0", Http.TEXT)
                        .text())
                .contains("from a socket");
        assertThat(http.get("topics/none/partitions/0/records?offset=0")
                        .json()
                        .path("error_code")
                        .asInt())
                .isEqualTo(40401);
        assertThat(http.post("topics/image", Http.TEXT, "{").status()).isBetween(400, 499);
        assertThat(List.of("", "openapi", "asyncapi", "metrics", "health", "topics"))
                .allSatisfy(path -> assertThat(http.get(path).status()).isEqualTo(200));
    }

    @Test
    void copiesOnlyWhatTheBuildIsGiven() throws IOException {
        // when
        List<String> allowed = Files.readAllLines(PROJECT.resolve(".dockerignore")).stream()
                .filter(line -> line.startsWith("!"))
                .map(line -> line.substring(1))
                .toList();
        List<String> copied = file.stages().stream()
                .flatMap(stage -> stage.instructions().stream())
                .filter(instruction ->
                        instruction.name().equals("COPY") && instruction.flags().isEmpty())
                .flatMap(instruction ->
                        instruction.words().subList(0, instruction.words().size() - 1).stream())
                .toList();
        // then
        assertThat(copied).isNotEmpty().allSatisfy(path -> assertThat(allowed)
                .anyMatch(one -> path.equals(one) || path.startsWith(one + "/")));
    }

    @Test
    void runsWithTheJavaThatTheArchiveIsMadeWithAndWithoutRights() {
        // when
        Dockerfile.Stage image = file.stages().get(2);
        // then
        assertThat(file.stages().get(1).base()).isEqualTo(image.base());
        assertThat(image.one("USER").rest()).isEqualTo(USER + ":0");
        assertThat(image.one("ENTRYPOINT").exec()).startsWith("bash");
        assertThat(image.one("HEALTHCHECK").exec()).startsWith("bash");
        assertThat(image.one("LABEL").rest()).contains("org.opencontainers.image.title", "licenses=\"Apache-2.0\"");
    }

    private static List<String> replayed(String instruction) {
        return file.stages().get(2).one(instruction).exec().stream()
                .map(replay::mapped)
                .toList();
    }

    /** Root gives its rights away; anybody else has none to begin with. */
    private static List<String> withoutRights() throws IOException {
        boolean root = Files.readString(Path.of("/proc/self/status")).contains("Uid:\t0\t");
        return root ? List.of("setpriv", "--reuid=" + USER, "--regid=0", "--clear-groups") : List.of();
    }

    private static int healthy(int port) throws Exception {
        List<String> command = Stream.concat(replayed("HEALTHCHECK").stream(), Stream.of(Integer.toString(port)))
                .toList();
        Process check = new ProcessBuilder(command).inheritIO().start();
        assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return check.exitValue();
    }

    private static String commandOf(long pid) {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().command()).orElse("");
    }
}
