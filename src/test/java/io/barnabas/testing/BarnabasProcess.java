package io.barnabas.testing;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The built {@code barnabas.jar} as a process of its own, for tests that start, stop, kill and pause it.
 *
 * <pre>{@code
 * try (BarnabasProcess node = BarnabasProcess.at(dataDir).with("barnabas.node.id", "1").start()) {
 *     node.http().get("topics").expect(200);
 *     node.kill9();
 * }
 * }</pre>
 */
public final class BarnabasProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Pattern READY = Pattern.compile("^Barnabas is ready at (\\S+) \\(data in (.*), (\\d+) ms\\)$");

    private final ChildProcess process;
    private final URI url;
    private final long startMs;

    private BarnabasProcess(ChildProcess process, Matcher ready) {
        this.process = process;
        this.url = URI.create(ready.group(1).replace("localhost", "127.0.0.1"));
        this.startMs = Long.parseLong(ready.group(3));
    }

    /** A process yet to be started, with its data in this folder. */
    public static Setup at(Path dataDir) {
        return new Setup(dataDir);
    }

    public URI url() {
        return url;
    }

    public Http http() {
        return new Http(url);
    }

    /** From the beginning of the process to the ready line, as it says itself. */
    public long startMs() {
        return startMs;
    }

    public int port() {
        return url.getPort();
    }

    public ChildProcess process() {
        return process;
    }

    /** SIGTERM; waits for the end and gives the exit code, 143 for a clean one. */
    public int stop() {
        return process.stop();
    }

    public void kill9() {
        process.kill9();
    }

    public void pause() {
        process.pause();
    }

    public void proceed() {
        process.proceed();
    }

    @Override
    public void close() {
        process.close();
    }

    /** How a process is to be started; confined to one thread. */
    public static final class Setup {
        private final Map<String, String> settings = new TreeMap<>();
        private final Map<String, String> environment = new TreeMap<>();
        private final List<String> jvmOptions =
                new ArrayList<>(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        private final List<String> options = new ArrayList<>();
        private int port;

        private Setup(Path dataDir) {
            settings.put("barnabas.data.dir", dataDir.toString());
        }

        /** A setting, given as a system property. */
        public Setup with(String setting, String value) {
            settings.put(setting, value);
            return this;
        }

        public Setup withEnvironment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        public Setup withJvmOption(String option) {
            jvmOptions.add(option);
            return this;
        }

        /** More options of the server, after the others. */
        public Setup withOptions(String... more) {
            options.addAll(List.of(more));
            return this;
        }

        /** Without this, a free one is taken. */
        public Setup onPort(int wanted) {
            port = wanted;
            return this;
        }

        /** Starts it and waits for its ready line. */
        public BarnabasProcess start() {
            ChildProcess process = launch();
            return new BarnabasProcess(process, process.awaitReady(START_TIMEOUT));
        }

        /** Starts it without waiting, for a start that is meant to fail. */
        public ChildProcess launch() {
            List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
            command.addAll(jvmOptions);
            settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
            command.addAll(List.of("-jar", System.getProperty("built.jar", "target/barnabas.jar"), "--port"));
            command.add(Integer.toString(port == 0 ? FreePort.next() : port));
            command.addAll(options);
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(environment);
            return ChildProcess.start("barnabas", builder, READY);
        }
    }
}
