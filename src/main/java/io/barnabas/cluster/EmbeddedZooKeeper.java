package io.barnabas.cluster;

import static java.util.Objects.requireNonNull;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxn;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.apache.zookeeper.util.ServiceUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper server inside this process, on 127.0.0.1 only, for a node that is alone. Every change is forced to disk
 * before it is acknowledged; old snapshots and logs are removed at start and every hour. It registers nothing with JMX,
 * opens no admin port, and never ends the process.
 *
 * <p>{@link #start} and {@link #close} are called by one thread; the rest is thread-safe.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
    public static final int DEFAULT_TICK_MS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
    private static final int SNAPSHOTS_KEPT = 3;
    private static final int PURGE_HOURS = 1;
    private static final int CLIENTS = 256;
    private static final int BACKLOG = 64;
    private static final int LONGEST_SESSION_MS = 300_000;

    private final Path folder;
    private final int port;
    private final int tickMs;
    private Running running;

    /**
     * @param folder where the data lies; made when missing
     * @param port 0 takes a free one
     * @param tickMs the clock of sessions: the shortest session time-out is two ticks
     */
    public EmbeddedZooKeeper(Path folder, int port, int tickMs) {
        this.folder = requireNonNull(folder, "folder");
        this.port = port;
        this.tickMs = tickMs;
    }

    /** Serves when it returns; {@code INVALID_CONFIGURATION} when the port is taken, else {@code STORAGE_ERROR}. */
    public void start() {
        if (running != null) {
            throw new IllegalStateException("embedded ZooKeeper runs already");
        }
        // ZooKeeper asks for System.exit when it cannot write: in a server that hosts others it must not.
        ServiceUtils.setSystemExitProcedure(
                code -> LOG.error("embedded ZooKeeper failed and would have ended the process exitCode={}", code));
        Connections connections = bound();
        try {
            running = serving(connections);
            LOG.info("embedded ZooKeeper serves connect={} folder={}", connectString(), folder);
        } catch (IOException e) {
            connections.shutdown();
            throw new BarnabasException(
                    ErrorCode.STORAGE_ERROR, "embedded ZooKeeper could not read or write " + folder, e);
        } catch (InterruptedException e) {
            connections.shutdown();
            Thread.currentThread().interrupt();
            throw new BarnabasException(ErrorCode.TIMED_OUT, "starting the embedded ZooKeeper was interrupted", e);
        }
    }

    /** The string a client connects with; only while it runs. */
    public String connectString() {
        return "127.0.0.1:" + port();
    }

    /** The port it listens on; only while it runs. */
    public int port() {
        return required().connections.getLocalPort();
    }

    /** Ends a client's session as if it had been silent too long. */
    void expire(long sessionId) {
        required().server.closeSession(sessionId);
    }

    /** Stops serving; what was acknowledged is on disk. Idempotent. */
    @Override
    public void close() {
        if (running == null) {
            return;
        }
        Running stopped = running;
        running = null;
        stopped.purge.shutdown();
        stopped.connections.shutdown();
        closeFiles(stopped.files);
        LOG.info("embedded ZooKeeper stopped folder={}", folder);
    }

    private Connections bound() {
        Connections connections = new Connections();
        try {
            connections.configure(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), CLIENTS, BACKLOG);
            return connections;
        } catch (BindException e) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "embedded ZooKeeper cannot listen on 127.0.0.1:" + port + ": the port is taken",
                    e);
        } catch (IOException e) {
            throw new BarnabasException(
                    ErrorCode.INVALID_CONFIGURATION, "embedded ZooKeeper cannot listen on 127.0.0.1:" + port, e);
        }
    }

    private Running serving(Connections connections) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        FileTxnSnapLog files = new FileTxnSnapLog(folder.toFile(), folder.toFile());
        try {
            Server server = new Server(files, tickMs);
            connections.startup(server);
            DatadirCleanupManager purge =
                    new DatadirCleanupManager(folder.toFile(), folder.toFile(), SNAPSHOTS_KEPT, PURGE_HOURS);
            purge.start();
            return new Running(connections, server, files, purge);
        } catch (IOException | InterruptedException | RuntimeException e) {
            closeFiles(files);
            throw e;
        }
    }

    private void closeFiles(FileTxnSnapLog files) {
        try {
            files.close();
        } catch (IOException e) {
            LOG.warn("embedded ZooKeeper could not close its files folder={}", folder, e);
        }
    }

    private Running required() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("embedded ZooKeeper does not run");
        }
        return now;
    }

    private record Running(
            Connections connections, ZooKeeperServer server, FileTxnSnapLog files, DatadirCleanupManager purge) {}

    /** Without JMX: its names are per process and would outlive a redeployment. */
    private static final class Server extends ZooKeeperServer {
        Server(FileTxnSnapLog files, int tickMs) {
            super(files, tickMs, -1, LONGEST_SESSION_MS, BACKLOG, new ZKDatabase(files), "");
        }

        @Override
        protected void registerJMX() {}

        @Override
        protected void unregisterJMX() {}
    }

    /** Without JMX, for the same reason. */
    private static final class Connections extends NIOServerCnxnFactory {
        @Override
        public void registerConnection(ServerCnxn connection) {}

        @Override
        public void unregisterConnection(ServerCnxn connection) {}
    }
}
