package io.barnabas.log.bookkeeper;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import org.apache.bookkeeper.bookie.BookieException;
import org.apache.bookkeeper.client.BKException;
import org.apache.bookkeeper.client.BookKeeper;
import org.apache.bookkeeper.conf.ClientConfiguration;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.discover.RegistrationManager;
import org.apache.bookkeeper.meta.MetadataDrivers;
import org.apache.bookkeeper.meta.exceptions.MetadataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes BookKeeper's client, and the metadata it cannot begin without. */
final class BookKeeperClient {
    private static final Logger LOG = LoggerFactory.getLogger(BookKeeperClient.class);
    private static final int FRAME_BYTES = 5 << 20;
    private static final int RECOVERY_READ_ENTRIES = 16;

    private BookKeeperClient() {}

    /**
     * Where BookKeeper's metadata lies.
     *
     * @param connect {@code host:port,host:port} of ZooKeeper, perhaps with a path behind the last
     * @param path absolute
     */
    static String metadataUri(String connect, String path) {
        int slash = connect.indexOf('/');
        String hosts = slash < 0 ? connect : connect.substring(0, slash);
        String chroot = slash < 0 ? "" : connect.substring(slash);
        return "zk+hierarchical://" + hosts.replace(',', ';') + chroot + path;
    }

    /**
     * A client. The metadata is made when it is not there: a client whose constructor fails for lack of it leaves threads
     * behind. The path above it must exist.
     */
    static BookKeeper connect(BookKeeperSettings settings, String metadataUri, int zooKeeperTimeoutMs) {
        makeMetadata(metadataUri, zooKeeperTimeoutMs);
        try {
            return new BookKeeper(configuration(settings, metadataUri, zooKeeperTimeoutMs));
        } catch (IOException | BKException e) {
            throw new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE, "BookKeeper's client cannot start with " + metadataUri, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BarnabasException(ErrorCode.ZOOKEEPER_UNAVAILABLE, "interrupted", e);
        }
    }

    static ClientConfiguration configuration(BookKeeperSettings settings, String metadataUri, int zooKeeperTimeoutMs) {
        ClientConfiguration configuration = new ClientConfiguration();
        configuration.setMetadataServiceUri(metadataUri);
        configuration.setZkTimeout(zooKeeperTimeoutMs);
        configuration.setUseV2WireProtocol(true);
        configuration.setBatchReadEnabled(true);
        // The default holds a ledger to 5000 entries a second.
        configuration.setThrottleValue(0);
        // The default gives a ledger up when one of its bookies dies and there is no spare one.
        configuration.setDelayEnsembleChange(true);
        configuration.setNumIOThreads(settings.ioThreads());
        configuration.setNumWorkerThreads(settings.workerThreads());
        configuration.setAddEntryTimeout(seconds(settings.addTimeoutMs()));
        configuration.setAddEntryQuorumTimeout(seconds(settings.addQuorumTimeoutMs()));
        configuration.setReadEntryTimeout(seconds(settings.readTimeoutMs()));
        configuration.setTcpUserTimeoutMillis((int) settings.addTimeoutMs());
        configuration.setRecoveryReadBatchSize(RECOVERY_READ_ENTRIES);
        configuration.setNettyMaxFrameSizeBytes(FRAME_BYTES);
        return configuration;
    }

    private static int seconds(long ms) {
        return (int) ((ms + 999) / 1_000);
    }

    /** Several nodes may try at once: one makes it, the others find it. */
    private static void makeMetadata(String metadataUri, int zooKeeperTimeoutMs) {
        ServerConfiguration configuration = new ServerConfiguration();
        configuration.setMetadataServiceUri(metadataUri);
        configuration.setZkTimeout(zooKeeperTimeoutMs);
        try {
            boolean made = MetadataDrivers.runFunctionWithRegistrationManager(configuration, manager -> {
                if (exists(manager)) {
                    return false;
                }
                try {
                    return manager.initNewCluster();
                } catch (Exception e) {
                    if (exists(manager)) {
                        return false;
                    }
                    throw new IllegalStateException(e);
                }
            });
            if (made) {
                LOG.info("BookKeeper's metadata made uri={}", metadataUri);
            }
        } catch (MetadataException | ExecutionException | IllegalStateException e) {
            throw new BarnabasException(
                    ErrorCode.ZOOKEEPER_UNAVAILABLE, "BookKeeper's metadata cannot be made at " + metadataUri, e);
        }
    }

    private static boolean exists(RegistrationManager manager) {
        try {
            return manager.getClusterInstanceId() != null;
        } catch (BookieException e) {
            return false;
        }
    }
}
