package io.barnabas.load;

import io.barnabas.testing.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server's process and its data folder. Ended by its process id: when closed, and when this program ends in another way
 * (such as Ctrl-C). Thread-safe.
 */
final class ServerProcess implements Server {
    private final ChildProcess process;
    private final Path dataDir;
    private final int port;
    private final Thread atExit = new Thread(this::end, "end server");

    /** Takes over a process that has just been started. */
    ServerProcess(ChildProcess process, Path dataDir, int port) {
        this.process = process;
        this.dataDir = dataDir;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Waits until it says that it is ready; when it does not, ends it. */
    void awaitReady(Duration timeout) throws IOException {
        try {
            process.awaitReady(timeout);
        } catch (AssertionError e) {
            close();
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        end();
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private void end() {
        try (process) {
            if (process.alive()) {
                process.stop();
            }
        } finally {
            delete(dataDir);
        }
    }

    /** What cannot be deleted is left: it lies in a folder for such things. */
    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("could not delete " + folder + ": " + e);
        }
    }
}
