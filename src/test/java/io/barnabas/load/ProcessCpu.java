package io.barnabas.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * CPU time of processes as Linux counts it, in {@code /proc/PID/stat}: user and system, with children that have ended, in
 * ticks of 10 ms. Elsewhere nothing is known. Thread-safe.
 */
final class ProcessCpu {
    private static final double TICKS_PER_SECOND = 100;

    /** Fields of {@code stat} behind the name, of which state is the first: utime, stime, cutime, cstime. */
    private static final int USER_TIME = 11;

    private static final int TIMES = 4;
    private static final String LISTENING = "0A";

    private final Path proc;

    /** Reads below this folder, which is {@code /proc}. */
    ProcessCpu(Path proc) {
        this.proc = proc;
    }

    /** Seconds of CPU used so far, or NaN when there is no such process to be seen. */
    double seconds(long pid) {
        try {
            String stat = Files.readString(proc.resolve(pid + "/stat"), US_ASCII);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (int i = USER_TIME; i < USER_TIME + TIMES; i++) {
                ticks += Long.parseLong(fields[i]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** The process that listens on a TCP port of this machine, when it may be seen. */
    OptionalLong listeningOn(int port) {
        String socket = listeningSocket(port);
        if (socket == null) {
            return OptionalLong.empty();
        }
        try (Stream<Path> processes = Files.list(proc)) {
            return processes
                    .filter(path -> path.getFileName().toString().chars().allMatch(Character::isDigit))
                    .filter(path -> holds(path, socket))
                    .mapToLong(path -> Long.parseLong(path.getFileName().toString()))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private String listeningSocket(int port) {
        String suffix = String.format(":%04X", port);
        for (String table : new String[] {"net/tcp", "net/tcp6"}) {
            try (Stream<String> lines = Files.lines(proc.resolve(table), US_ASCII)) {
                String inode = lines.map(line -> line.strip().split("\\s+"))
                        .filter(fields ->
                                fields.length > 9 && fields[1].endsWith(suffix) && fields[3].equals(LISTENING))
                        .map(fields -> fields[9])
                        .findFirst()
                        .orElse(null);
                if (inode != null) {
                    return "socket:[" + inode + "]";
                }
            } catch (IOException e) {
                return null;
            }
        }
        return null;
    }

    /** Processes of others cannot be looked into, and any may end while it is looked at. */
    private static boolean holds(Path process, String socket) {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.anyMatch(file -> leadsTo(file, socket));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean leadsTo(Path file, String socket) {
        try {
            return Files.readSymbolicLink(file).toString().equals(socket);
        } catch (IOException e) {
            return false;
        }
    }
}
