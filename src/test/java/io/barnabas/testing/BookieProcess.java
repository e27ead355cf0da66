package io.barnabas.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.bookkeeper.client.BookKeeperAdmin;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * A bookie of its own process on loopback, with the settings that are advised for a small cluster, from the jars that the
 * build puts into {@code target/bookkeeper}.
 */
public final class BookieProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration PREPARE_TIMEOUT = Duration.ofMinutes(1);
    private static final int SESSION_TIMEOUT_MS = 10_000;
    private static final String ROOT = "/barnabas";

    /** Its log says nothing certain about being ready: that is asked of ZooKeeper. */
    private static final Pattern SAYS_NOTHING = Pattern.compile("\\z.");

    private final ChildProcess process;
    private final Path directory;
    private final String zooKeeper;
    private final Host host;
    private final int port;

    private BookieProcess(ChildProcess process, Path directory, String zooKeeper, Host host, int port) {
        this.process = process;
        this.directory = directory;
        this.zooKeeper = zooKeeper;
        this.host = host;
        this.port = port;
    }

    /**
     * Where clients look for it.
     *
     * @param name an address, or a name of the file
     * @param hostsFile what its process takes for all host names there are; empty: the system's names
     */
    public record Host(String name, Optional<Path> hostsFile) {
        static final Host LOOPBACK = new Host("127.0.0.1", Optional.empty());
    }

    /**
     * Makes what bookies need in ZooKeeper; does nothing when it is there. A connection that is lost is no reason to give
     * up: what was done before is found by the next try.
     *
     * @param server asked for what it printed when this fails
     */
    public static void prepare(String zooKeeper, ChildProcess server) {
        AtomicReference<Exception> refusal = new AtomicReference<>();
        try {
            await().atMost(PREPARE_TIMEOUT).until(() -> prepared(zooKeeper, refusal));
        } catch (ConditionTimeoutException e) {
            Exception why = refusal.get();
            throw new AssertionError(
                    "ZooKeeper at " + zooKeeper + " could not be prepared for bookies in " + PREPARE_TIMEOUT + ": "
                            + why + "\n" + server.tail(),
                    why == null ? e : why);
        }
    }

    private static boolean prepared(String zooKeeper, AtomicReference<Exception> refusal) throws InterruptedException {
        ServerConfiguration configuration = new ServerConfiguration();
        configuration.setMetadataServiceUri(metadataUri(zooKeeper));
        try {
            makeRoot(zooKeeper);
            BookKeeperAdmin.initNewCluster(configuration);
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) { // what the library declares
            refusal.set(e);
            return false;
        }
    }

    private static void makeRoot(String zooKeeper) throws IOException, InterruptedException, KeeperException {
        ZooKeeper client = new ZooKeeper(zooKeeper, SESSION_TIMEOUT_MS, event -> {});
        try {
            client.create(ROOT, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        } catch (KeeperException.NodeExistsException e) {
            // as it should be
        } finally {
            client.close();
        }
    }

    /** Starts one on a free port and waits until it is registered. */
    public static BookieProcess start(Path directory, String zooKeeper) {
        return start(directory, zooKeeper, FreePort.next());
    }

    /** Starts one, perhaps again on the data and the port of one that was killed. */
    public static BookieProcess start(Path directory, String zooKeeper, int port) {
        return start(directory, zooKeeper, Host.LOOPBACK, port);
    }

    /** Starts one that other processes may see elsewhere. */
    public static BookieProcess start(Path directory, String zooKeeper, Host host, int port) {
        Path configuration = directory.resolve("bookie.conf");
        Path temporary = directory.resolve("tmp"); // for native libraries, which nobody removes after a kill
        try {
            Directories.delete(temporary);
            Files.createDirectories(temporary);
            Files.write(configuration, settings(directory, zooKeeper, host, port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> command = new ArrayList<>(
                List.of(ChildProcess.java(), "-Xmx200m", "-XX:MaxDirectMemorySize=320m", "-XX:+UseSerialGC"));
        command.add("-Djava.io.tmpdir=" + temporary);
        host.hostsFile().ifPresent(file -> command.add("-Djdk.net.hosts.file=" + file));
        command.addAll(List.of(
                "--add-opens",
                "java.base/java.io=ALL-UNNAMED",
                "-cp",
                Path.of(System.getProperty("bookkeeper.jars", "target/bookkeeper"))
                        .resolve("*")
                        .toString(),
                "org.apache.bookkeeper.server.Main",
                "-c",
                configuration.toString()));
        ChildProcess process = ChildProcess.start("bookie", new ProcessBuilder(command), SAYS_NOTHING);
        awaitRegistered(process, zooKeeper, port);
        return new BookieProcess(process, directory, zooKeeper, host, port);
    }

    /** A registration of an earlier process may still be there, so the port must answer too. */
    private static void awaitRegistered(ChildProcess process, String zooKeeper, int port) {
        String registration = ROOT + "/ledgers/available/bookie-" + port;
        try {
            ZooKeeper client = new ZooKeeper(zooKeeper, SESSION_TIMEOUT_MS, event -> {});
            try {
                await().atMost(START_TIMEOUT)
                        .ignoreExceptionsInstanceOf(KeeperException.class)
                        .failFast("the bookie ended", () -> !process.alive())
                        .until(() -> answers(port) && client.exists(registration, false) != null);
            } finally {
                client.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            process.kill9();
            throw new AssertionError("bookie did not become ready: " + e.getMessage() + "\n" + process.tail(), e);
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Starts it again after a kill, on its data and its port. */
    public BookieProcess restart() {
        close();
        return start(directory, zooKeeper, host, port);
    }

    public int port() {
        return port;
    }

    public ChildProcess process() {
        return process;
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

    private static String metadataUri(String zooKeeper) {
        return "zk+hierarchical://" + zooKeeper.replace(',', ';') + ROOT + "/ledgers";
    }

    private static List<String> settings(Path directory, String zooKeeper, Host host, int port) {
        return List.of(
                "bookiePort=" + port,
                "bookieId=bookie-" + port,
                "advertisedAddress=" + host.name(),
                "listeningInterface=lo",
                "allowLoopback=true",
                "metadataServiceUri=" + metadataUri(zooKeeper),
                "journalDirectories=" + directory.resolve("journal").toAbsolutePath(),
                "ledgerDirectories=" + directory.resolve("ledgers").toAbsolutePath(),
                "ledgerStorageClass=org.apache.bookkeeper.bookie.storage.ldb.DbLedgerStorage",
                "journalSyncData=true",
                "journalWriteData=true",
                "journalMaxGroupWaitMSec=1",
                "journalFlushWhenQueueEmpty=true",
                "journalMaxSizeMB=256",
                "journalMaxBackups=1",
                "logSizeLimit=268435456",
                "gcWaitTime=300000",
                "dbStorage_writeCacheMaxSizeMb=64",
                "dbStorage_readAheadCacheMaxSizeMb=32",
                "dbStorage_rocksDB_blockCacheSize=16777216",
                "numReadWorkerThreads=2",
                "numHighPriorityWorkerThreads=2",
                "numAddWorkerThreads=1",
                "serverNumIOThreads=2",
                "maxReadsInProgressLimit=1000",
                "diskUsageThreshold=0.99",
                "diskUsageWarnThreshold=0.98",
                "autoRecoveryDaemonEnabled=true",
                "lostBookieRecoveryDelay=1800",
                "auditorReplicasCheckInterval=86400",
                "httpServerEnabled=false");
    }
}
