package io.barnabas.cluster;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Nodes in one JVM that share a ZooKeeper; closes what it opened. */
final class ClusterFixture implements AutoCloseable {
    static final int TICK_MS = 500;
    static final int SESSION_MS = 1_500;

    private final List<ZooKeeperCluster> opened = new ArrayList<>();

    static EmbeddedZooKeeper zooKeeper(Path folder, int port) {
        EmbeddedZooKeeper zooKeeper = new EmbeddedZooKeeper(folder, port, TICK_MS);
        zooKeeper.start();
        return zooKeeper;
    }

    static ClusterSettings settings(String connect, int nodeId) {
        return settings(connect, nodeId, "folder-" + nodeId, ClusterLimits.DEFAULT);
    }

    /** A node whose session outlives any test unless it is ended. */
    static ClusterSettings longLived(String connect, int nodeId) {
        return settings(connect, nodeId, "folder-" + nodeId, ClusterLimits.DEFAULT, 60_000);
    }

    static ClusterSettings settings(String connect, int nodeId, String instance, ClusterLimits limits) {
        return settings(connect, nodeId, instance, limits, SESSION_MS);
    }

    private static ClusterSettings settings(
            String connect, int nodeId, String instance, ClusterLimits limits, int sessionMs) {
        return new ClusterSettings(
                connect,
                ClusterSettings.DEFAULT_ROOT,
                nodeId,
                URI.create("http://127.0.0.1:" + (9000 + nodeId)),
                "",
                LogHome.NODE,
                instance,
                Optional.empty(),
                Optional.empty(),
                sessionMs,
                1_000,
                20_000,
                15_000,
                MoveSettings.DEFAULTS,
                limits);
    }

    ZooKeeperCluster unstarted(ClusterSettings settings) {
        ZooKeeperCluster cluster = new ZooKeeperCluster(
                settings,
                ClusterFixture::checkConfig,
                Clock.systemUTC(),
                UUID::randomUUID,
                System::nanoTime,
                ClusterFixture::thread);
        opened.add(cluster);
        return cluster;
    }

    ZooKeeperCluster node(String connect, int nodeId) {
        ZooKeeperCluster cluster = unstarted(settings(connect, nodeId));
        cluster.start();
        return cluster;
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw BarnabasException.of(e);
        }
    }

    static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20));
    }

    static Optional<Ownership> owner(Cluster cluster, String topic, int partition) {
        return cluster.view().owner(new TopicPartition(topic, partition));
    }

    @Override
    public void close() {
        opened.forEach(ZooKeeperCluster::close);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "barnabas-cluster");
        thread.setDaemon(true);
        return thread;
    }

    private static void checkConfig(Map<String, String> config) {
        if (config.containsKey("bad")) {
            throw new BarnabasException(ErrorCode.INVALID_FIELD, "no such setting: bad");
        }
    }

    /** Writes down what it hears. */
    static final class Recording implements Cluster.Listener {
        final Queue<String> heard = new ConcurrentLinkedQueue<>();

        @Override
        public void owned(Topic topic, int partition, int epoch) {
            heard.add("owned " + topic.name() + "-" + partition + " epoch " + epoch);
        }

        @Override
        public void disowned(Topic topic, int partition) {
            heard.add("disowned " + topic.name() + "-" + partition);
        }

        @Override
        public void topicDeleted(Topic topic) {
            heard.add("deleted " + topic.name());
        }

        @Override
        public void sessionChanged(Cluster.Session session) {
            heard.add("session " + session);
        }

        Stream<String> heard(String prefix) {
            return heard.stream().filter(line -> line.startsWith(prefix));
        }
    }
}
