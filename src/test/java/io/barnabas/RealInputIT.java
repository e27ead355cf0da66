package io.barnabas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.barnabas.testing.Http;
import io.barnabas.testing.OnPayaraMicro;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README's first page shows: its two programs put a text file into a topic of three partitions and read it back
 * with a group of two.
 */
@OnPayaraMicro
class RealInputIT {
    private static final int LINES = 200_000;
    private static final String TOPIC = "real-input";

    @TempDir
    Path folder;

    @Test
    void bringsEveryLineOfAFileToOneOfTwoReadersExactlyAsItWas(Http server) throws Exception {
        // given
        Path input = folder.resolve("input.txt");
        List<String> lines = write(input);
        server.post("admin/topics", Http.CONTROL, "{\"topic_name\":\"" + TOPIC + "\",\"partitions_count\":3}")
                .expect(201);
        URI socket = server.webSocket("ws");
        List<Path> outputs = List.of(folder.resolve("one.txt"), folder.resolve("two.txt"));
        List<Process> readers = new ArrayList<>();
        try {
            for (Path output : outputs) {
                readers.add(run("Tail", output, socket.toString(), TOPIC, TOPIC + "-readers"));
            }
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> server.get("groups/" + TOPIC + "-readers")
                                    .json()
                                    .path("members")
                                    .size()
                            == 2);
            // when
            Process publisher =
                    run("PublishLines", folder.resolve("publisher.txt"), socket.toString(), TOPIC, input.toString());
            assertThat(publisher.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(publisher.exitValue()).isZero();
            // then
            await().atMost(Duration.ofMinutes(2)).until(() -> lineCount(outputs) >= LINES);
        } finally {
            readers.forEach(Process::destroy);
            for (Process reader : readers) {
                assertThat(reader.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
        List<String> read = new ArrayList<>();
        for (Path output : outputs) {
            List<String> share = Files.readAllLines(output);
            assertThat(share).as("both read").isNotEmpty();
            read.addAll(share);
        }
        Collections.sort(read);
        Collections.sort(lines);
        assertThat(read.equals(lines))
                .as("%d lines read, %d written, the same", read.size(), lines.size())
                .isTrue();
    }

    /** Lines with everything that could go wrong on the way: quotes, backslashes, control characters, other scripts. */
    private static List<String> write(Path file) throws IOException {
        Random random = new Random(7);
        String[] words = {
            "plain", "\"quoted\"", "back\\slash", "tab\there", "ünïcödé", "日本語", "😀", "", "{\"a\":[1]}", "\u0001"
        };
        List<String> lines = new ArrayList<>(LINES);
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int line = 0; line < LINES; line++) {
                String text =
                        line + " " + words[random.nextInt(words.length)] + " " + words[random.nextInt(words.length)];
                lines.add(text);
                writer.write(text);
                writer.write('\n');
            }
        }
        return lines;
    }

    private static Process run(String program, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "src/examples/java/" + program + ".java"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Counted by bytes: a file that is being written may end in the middle of a character. */
    private static long lineCount(List<Path> files) {
        long lines = 0;
        for (Path file : files) {
            try {
                for (byte one : Files.readAllBytes(file)) {
                    lines += one == '\n' ? 1 : 0;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return lines;
    }
}
