package io.barnabas.cluster;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.client.ZKClientConfig;

/** How a node connects to ZooKeeper. Thread-safe; what it makes is owned by the caller. */
final class ZooKeeperConnection {
    private static final int RETRY_MS = 250;
    private static final int OPERATION_RETRIES = 3;

    private ZooKeeperConnection() {}

    /**
     * A client that is not started yet.
     *
     * @param errands what Curator does in the background now and then; it would make a thread for it and never end it
     */
    static CuratorFramework of(ClusterSettings settings, ThreadFactory threads, Executor errands) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        return CuratorFrameworkFactory.builder()
                .connectString(settings.connect())
                .sessionTimeoutMs(settings.sessionTimeoutMs())
                .connectionTimeoutMs(settings.connectionTimeoutMs())
                .retryPolicy(new RetryNTimes(OPERATION_RETRIES, RETRY_MS))
                .threadFactory(threads)
                .runSafeService(errands)
                .zkClientConfig(config)
                .ensembleTracker(false)
                .dontUseContainerParents()
                .build();
    }
}
