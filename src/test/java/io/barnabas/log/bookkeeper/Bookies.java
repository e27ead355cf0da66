package io.barnabas.log.bookkeeper;

import io.barnabas.cluster.EmbeddedZooKeeper;
import io.barnabas.testing.Directories;
import io.barnabas.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.apache.bookkeeper.bookie.SortedLedgerStorage;
import org.apache.bookkeeper.client.BookKeeperAdmin;
import org.apache.bookkeeper.common.component.LifecycleComponent;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.server.EmbeddedServer;
import org.apache.bookkeeper.server.conf.BookieConfiguration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;

/** Real bookies and a real ZooKeeper in this JVM, on loopback; one set for all test classes. */
public final class Bookies implements AutoCloseable {
    static final String ROOT = "/barnabas";
    private static final int COUNT = 3;

    private final Path folder;
    private final EmbeddedZooKeeper zooKeeper;
    private final List<Bookie> bookies = new ArrayList<>();

    Bookies() {
        try {
            folder = Files.createTempDirectory("bookies");
            zooKeeper = new EmbeddedZooKeeper(folder.resolve("zookeeper"), 0, EmbeddedZooKeeper.DEFAULT_TICK_MS);
            zooKeeper.start();
            make(ROOT);
            BookKeeperAdmin.initNewCluster(configuration(0, 1));
            for (int i = 0; i < COUNT; i++) {
                Bookie bookie = new Bookie(i, FreePort.next());
                bookies.add(bookie);
                bookie.start();
            }
        } catch (Exception e) {
            throw new IllegalStateException("bookies do not start", e);
        }
    }

    String zooKeeper() {
        return zooKeeper.connectString();
    }

    Bookie bookie(int number) {
        return bookies.get(number);
    }

    /** A client of its own, as another process would have. */
    Ledgers ledgers() {
        String uri = BookKeeperClient.metadataUri(zooKeeper(), ROOT + "/ledgers");
        return new Ledgers(
                BookKeeperClient.connect(BookKeeperSettings.DEFAULTS, uri, 10_000),
                BookKeeperSettings.DEFAULTS,
                ForkJoinPool.commonPool());
    }

    /** Starts those that were stopped, and waits until all are there. */
    void startAll() {
        bookies.forEach(Bookie::start);
        awaitRegistered(COUNT);
    }

    /** Waits until just so many can be found in ZooKeeper. */
    void awaitRegistered(int count) {
        try {
            ZooKeeper client = new ZooKeeper(zooKeeper(), 10_000, event -> {});
            try {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(30))
                        .ignoreExceptions()
                        .until(() -> client.getChildren(ROOT + "/ledgers/available", false).stream()
                                        .filter(name -> name.startsWith("bookie-"))
                                        .count()
                                == count);
            } finally {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Makes an empty document in ZooKeeper. */
    void make(String path) throws Exception {
        ZooKeeper client = new ZooKeeper(zooKeeper(), 10_000, event -> {});
        try {
            client.create(path, new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        } finally {
            client.close();
        }
    }

    private ServerConfiguration configuration(int number, int port) {
        ServerConfiguration configuration = new ServerConfiguration();
        configuration.setMetadataServiceUri(BookKeeperClient.metadataUri(zooKeeper(), ROOT + "/ledgers"));
        configuration.setBookiePort(port);
        configuration.setBookieId("bookie-" + number);
        configuration.setAdvertisedAddress("127.0.0.1");
        configuration.setListeningInterface("lo");
        configuration.setAllowLoopback(true);
        String own = folder.resolve("bookie-" + number).toString();
        configuration.setJournalDirName(own + "/journal");
        configuration.setLedgerDirNames(new String[] {own + "/ledgers"});
        configuration.setLedgerStorageClass(SortedLedgerStorage.class.getName());
        configuration.setJournalMaxGroupWaitMSec(1);
        configuration.setJournalFlushWhenQueueEmpty(true);
        configuration.setProperty("journalPreAllocSizeMB", 4);
        configuration.setMaxJournalSizeMB(32);
        configuration.setEntryLogFilePreAllocationEnabled(false);
        configuration.setSkipListSizeLimit(16 << 20);
        configuration.setNumAddWorkerThreads(1);
        configuration.setNumReadWorkerThreads(1);
        configuration.setServerNumIOThreads(1);
        configuration.setMaxReadsInProgressLimit(1_000);
        configuration.setDiskUsageThreshold(0.99f);
        configuration.setDiskUsageWarnThreshold(0.98f);
        configuration.setHttpServerEnabled(false);
        configuration.setAutoRecoveryDaemonEnabled(false);
        return configuration;
    }

    @Override
    public void close() {
        bookies.forEach(Bookie::stop);
        zooKeeper.close();
        Directories.delete(folder);
    }

    /** One of them. */
    final class Bookie {
        private final int number;
        private final int port;
        private LifecycleComponent running;

        private Bookie(int number, int port) {
            this.number = number;
            this.port = port;
        }

        /** Starts it, perhaps again on what it has. */
        void start() {
            if (running != null) {
                return;
            }
            try {
                running = EmbeddedServer.builder(new BookieConfiguration(configuration(number, port)))
                        .build()
                        .getLifecycleComponentStack();
                running.start();
            } catch (Exception e) {
                throw new IllegalStateException("bookie " + number + " does not start", e);
            }
        }

        /** Its connections end and it answers no more. */
        void stop() {
            if (running != null) {
                running.close();
                running = null;
            }
        }
    }
}
