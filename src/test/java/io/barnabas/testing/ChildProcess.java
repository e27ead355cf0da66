package io.barnabas.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process that a test started: waits for a line of its output, keeps the newest lines for a failure's message, and
 * ends it by its process id, at the latest when the test's own process ends. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {
    private static final int KEPT_LINES = 2_000;
    private static final int TAIL_LINES = 60;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final Pattern ready;
    private final CompletableFuture<Matcher> readyLine = new CompletableFuture<>();
    private final Thread reader;
    private final Thread atExit;

    /** Guarded by itself. */
    private final Deque<String> lines = new ArrayDeque<>();

    /** Guarded by {@link #lines}; null while nothing is copied. */
    private PrintWriter copy;

    private ChildProcess(String name, Process process, Pattern ready) {
        this.name = name;
        this.process = process;
        this.ready = ready;
        this.reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        this.atExit = new Thread(process.toHandle()::destroyForcibly, "end " + name);
        Runtime.getRuntime().addShutdownHook(atExit);
        reader.start();
    }

    /**
     * Starts a process.
     *
     * @param ready found in the line of its output that says that it works
     */
    public static ChildProcess start(String name, ProcessBuilder builder, Pattern ready) {
        try {
            return new ChildProcess(name, builder.redirectErrorStream(true).start(), ready);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The Java that runs this test. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private void read() {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                keep(line);
                Matcher found = ready.matcher(line);
                if (found.find()) {
                    readyLine.complete(found);
                }
            }
        } catch (IOException e) {
            keep("(output lost: " + e + ")");
        } finally {
            readyLine.completeExceptionally(new IllegalStateException(name + " ended before it was ready"));
            endCopy();
            forget();
        }
    }

    /** It printed its last: nothing is left to end, unless it closed its output and runs on, which is waited for. */
    private void forget() {
        CompletableFuture<Void> unused = process.onExit().thenRun(() -> {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException e) {
                keep("(the test's process ended before it)");
            }
        });
    }

    private void keep(String line) {
        synchronized (lines) {
            if (lines.size() == KEPT_LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
            if (copy != null) {
                copy.println(line);
            }
        }
    }

    /** Writes what it printed so far, as far as it was kept, and will print, into a file, after what is there already. */
    public void copyOutputTo(Path file) {
        try {
            PrintWriter writer = new PrintWriter(
                    Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND), true);
            synchronized (lines) {
                lines.forEach(writer::println);
                copy = writer;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void endCopy() {
        synchronized (lines) {
            if (copy != null) {
                copy.close();
                copy = null;
            }
        }
    }

    /** Waits for the ready line; fails with the end of the output when the process ends or the time is over. */
    public Matcher awaitReady(Duration timeout) {
        try {
            return readyLine.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            kill9();
            throw new AssertionError(name + " did not become ready: " + e + "\n" + tail(), e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** What it printed so far, the newest lines of it. */
    public List<String> output() {
        synchronized (lines) {
            return new ArrayList<>(lines);
        }
    }

    /** The end of its output, for a message. */
    public String tail() {
        List<String> all = output();
        return String.join("\n", all.subList(Math.max(0, all.size() - TAIL_LINES), all.size()));
    }

    /** Asks it to end (SIGTERM) and waits; the exit code. */
    public int stop() {
        process.toHandle().destroy(); // Process.destroy would also close its output, and lose its last words
        return awaitExit();
    }

    /** Ends it at once (SIGKILL), as a loss of power would. */
    public void kill9() {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** Waits for its end and for the last of its output; the exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(name + " did not end in " + STOP_TIMEOUT + "\n" + tail());
            }
            reader.join(STOP_TIMEOUT.toMillis());
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Stops it from running (SIGSTOP) until {@link #proceed}: a long pause of a virtual machine or a collector. */
    public void pause() {
        signal("-STOP");
    }

    public void proceed() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            int code = new ProcessBuilder("kill", signal, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill " + signal + " of " + name + " failed with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Ends it if it still lives. */
    @Override
    public void close() {
        if (alive()) {
            kill9();
        }
    }
}
