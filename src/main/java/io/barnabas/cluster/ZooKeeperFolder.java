package io.barnabas.cluster;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.concurrent.ThreadFactory;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.client.ZKClientConfig;

/** Makes the path below which everything is kept, for whoever keeps something there before the node has joined. */
public final class ZooKeeperFolder {
    private static final int RETRIES = 3;
    private static final int RETRY_MS = 500;

    private ZooKeeperFolder() {}

    /**
     * Makes the cluster's root path if it is not there. Blocks, up to the start wait.
     *
     * @throws BarnabasException {@code ZOOKEEPER_UNAVAILABLE}
     */
    public static void make(ClusterSettings settings, ThreadFactory threads) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        try (CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(settings.connect())
                .sessionTimeoutMs(settings.sessionTimeoutMs())
                .connectionTimeoutMs(settings.connectionTimeoutMs())
                .retryPolicy(new RetryNTimes(RETRIES, RETRY_MS))
                .threadFactory(threads)
                .runSafeService(Runnable::run)
                .zkClientConfig(config)
                .ensembleTracker(false)
                .dontUseContainerParents()
                .build()) {
            client.start();
            if (!client.blockUntilConnected((int) Math.min(Integer.MAX_VALUE, settings.startWaitMs()), MILLISECONDS)) {
                throw unavailable(settings, null);
            }
            make(client, settings.root());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(settings, e);
        } catch (BarnabasException e) {
            throw e;
        } catch (Exception e) {
            throw unavailable(settings, e);
        }
    }

    private static void make(CuratorFramework client, String path) throws Exception {
        if (client.checkExists().forPath(path) == null) {
            try {
                client.create().creatingParentsIfNeeded().forPath(path, new byte[0]);
            } catch (KeeperException.NodeExistsException e) {
                return; // another node was faster
            }
        }
    }

    private static BarnabasException unavailable(ClusterSettings settings, Exception cause) {
        return new BarnabasException(
                ErrorCode.ZOOKEEPER_UNAVAILABLE,
                "ZooKeeper at " + settings.connect() + " did not answer within " + settings.startWaitMs() + " ms",
                cause);
    }
}
