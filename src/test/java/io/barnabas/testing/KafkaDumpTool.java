package io.barnabas.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Apache Kafka's own reader of segment files, {@code DumpLogSegments}, in a process of its own: another's judgement of
 * the files that we write.
 */
public final class KafkaDumpTool {
    private static final String MAIN = "org.apache.kafka.tools.DumpLogSegments";

    /**
     * The tool counts from -1 in every file and so finds a gap before the first record of each segment but the first;
     * gaps between records are real.
     */
    private static final Pattern GAP = Pattern.compile("^\\s*\\d+ is followed by \\d+");

    private KafkaDumpTool() {}

    /**
     * Reads a {@code .log}, {@code .index} or {@code .timeindex} file with everything in it, records inside of
     * compressed batches too. An index is checked against the log file beside it.
     */
    public static Dump dump(Path segment) {
        ProcessBuilder builder = new ProcessBuilder(
                ChildProcess.java(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of(System.getProperty("kafka.tools")).toAbsolutePath() + "/*",
                MAIN,
                "--deep-iteration",
                "--print-data-log",
                "--files",
                segment.toAbsolutePath().toString());
        try {
            Process process = builder.redirectErrorStream(true).start();
            byte[] output = process.getInputStream().readAllBytes();
            return new Dump(
                    process.waitFor(),
                    new String(output, StandardCharsets.UTF_8).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** What the tool printed. */
    public record Dump(int exitCode, List<String> lines) {
        public Dump {
            lines = List.copyOf(lines);
        }

        /** The lines of batches. */
        public List<String> batches() {
            return lines.stream().filter(line -> line.contains("baseOffset: ")).toList();
        }

        /** The lines of records. */
        public List<String> records() {
            return lines.stream().filter(line -> line.startsWith("| offset: ")).toList();
        }

        /** The lines that say that something is wrong; none for a sound file. */
        public List<String> complaints() {
            return lines.stream()
                    .filter(line -> line.contains("isvalid: false")
                            || line.contains("Exception")
                            || line.contains("Error:")
                            || line.contains("Found ")
                            || line.contains("Mismatches")
                            || GAP.matcher(line).find()
                            || line.contains("invalid bytes"))
                    .toList();
        }

        /** Whether the tool read the file to its end and found nothing wrong. */
        public boolean sound() {
            return exitCode == 0 && complaints().isEmpty();
        }
    }
}
