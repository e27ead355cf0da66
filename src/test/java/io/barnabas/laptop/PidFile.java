package io.barnabas.laptop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which processes a cluster is made of: the command's own id first, then those of what it started, in the order in which
 * they are to be ended. An id counts only while its process is as old as the file says, since ids are used again.
 *
 * <pre>
 * 4711 1700000000000
 * 4719 1700000001000
 * </pre>
 */
final class PidFile {
    private final Path file;

    PidFile(Path directory) {
        this.file = directory.resolve("cluster.pids");
    }

    /** Those of the file that still live, in its order. */
    List<ProcessHandle> living() {
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.exists(file)) {
            return found;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                long startMs = Long.parseLong(line.substring(space + 1));
                ProcessHandle.of(Long.parseLong(line.substring(0, space)))
                        .filter(process -> startMs(process) == startMs)
                        .ifPresent(found::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    void write(List<Long> ids) {
        List<String> lines = ids.stream()
                .flatMap(id -> ProcessHandle.of(id).stream())
                .map(process -> process.pid() + " " + startMs(process))
                .toList();
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long startMs(ProcessHandle process) {
        return process.info().startInstant().map(start -> start.toEpochMilli()).orElse(0L);
    }
}
