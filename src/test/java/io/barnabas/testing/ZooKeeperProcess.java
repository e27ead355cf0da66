package io.barnabas.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** A ZooKeeper server of its own process on loopback, from the libraries of the test class path. */
public final class ZooKeeperProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);

    /** Its log says nothing certain about being ready: that is asked of the server. */
    private static final Pattern SAYS_NOTHING = Pattern.compile("\\z.");

    private final ChildProcess process;
    private final int port;

    private ZooKeeperProcess(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts one on a free port and waits until it serves. */
    public static ZooKeeperProcess start(Path directory) {
        return start(directory, FreePort.next());
    }

    /** Starts one, perhaps again on the data and the port of one that was killed. */
    public static ZooKeeperProcess start(Path directory, int port) {
        Path config = directory.resolve("zoo.cfg");
        try {
            Files.createDirectories(directory);
            Files.write(
                    config,
                    List.of(
                            "dataDir=" + directory.resolve("data").toAbsolutePath(),
                            "clientPortAddress=127.0.0.1",
                            "clientPort=" + port,
                            "tickTime=500",
                            "maxClientCnxns=0",
                            "admin.enableServer=false"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ProcessBuilder builder = new ProcessBuilder(
                ChildProcess.java(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "org.apache.zookeeper.server.ZooKeeperServerMain",
                config.toString());
        ChildProcess process = ChildProcess.start("zookeeper", builder, SAYS_NOTHING);
        ZooKeeperMode.awaitServing(process, port, START_TIMEOUT);
        return new ZooKeeperProcess(process, port);
    }

    /** For {@code barnabas.zookeeper.connect}. */
    public String connect() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public ChildProcess process() {
        return process;
    }

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
}
