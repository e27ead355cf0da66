package io.barnabas.cluster;

import static io.barnabas.cluster.ClusterFixture.get;
import static io.barnabas.cluster.ClusterFixture.owner;
import static io.barnabas.cluster.ClusterFixture.settings;
import static io.barnabas.cluster.ClusterFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cluster.Cluster.Session;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
    @TempDir
    private Path folder;

    private final ClusterFixture nodes = new ClusterFixture();
    private final ClusterFixture.Recording recording = new ClusterFixture.Recording();
    private EmbeddedZooKeeper zooKeeper;
    private int port;
    private String connect;

    @BeforeEach
    void startZooKeeper() {
        zooKeeper = ClusterFixture.zooKeeper(folder, 0);
        port = zooKeeper.port();
        connect = zooKeeper.connectString();
    }

    @AfterEach
    void stopAll() {
        nodes.close();
        zooKeeper.close();
    }

    @Test
    void keepsOwnershipWhenZooKeeperIsAwayForLessThanTheSession() {
        // given
        ZooKeeperCluster node = owningNode(30_000);
        // when
        zooKeeper.close();
        soon().until(() -> node.session() == Session.SUSPENDED);
        refusedWithout(node);
        zooKeeper = ClusterFixture.zooKeeper(folder, port);
        soon().until(() -> node.session() == Session.CONNECTED);
        // then
        assertThat(recording.heard("session"))
                .containsExactly("session CONNECTED", "session SUSPENDED", "session CONNECTED");
        assertThat(recording.heard("disowned")).isEmpty();
        assertThat(owner(node, "orders", 0)).contains(new Ownership(1, 1));
        get(node.createTopic("more", 1, Map.of()));
    }

    @Test
    void claimsAnewWhenZooKeeperWasAwayForLongerThanTheSession() {
        // given
        ZooKeeperCluster node = owningNode(ClusterFixture.SESSION_MS);
        // when
        zooKeeper.close();
        soon().until(() -> node.session() == Session.LOST);
        assertThat(owner(node, "orders", 0)).isEmpty();
        zooKeeper = ClusterFixture.zooKeeper(folder, port);
        // then
        soon().untilAsserted(() -> assertThat(recording.heard)
                .containsSubsequence(
                        "owned orders-0 epoch 1",
                        "session SUSPENDED",
                        "session LOST",
                        "disowned orders-0",
                        "session CONNECTED",
                        "owned orders-0 epoch 2"));
        assertThat(owner(node, "orders", 0)).contains(new Ownership(1, 2));
        get(node.createTopic("more", 1, Map.of()));
    }

    @Test
    void claimsAnewWhenItsSessionIsExpired() throws Exception {
        // given
        ZooKeeperCluster node = owningNode(ClusterFixture.SESSION_MS);
        long session;
        try (CuratorFramework client = CuratorFrameworkFactory.newClient(connect, new RetryOneTime(100))) {
            client.start();
            session = client.checkExists()
                    .forPath(new ZkPaths(ClusterSettings.DEFAULT_ROOT).node(1))
                    .getEphemeralOwner();
        }
        // when
        zooKeeper.expire(session);
        // then
        soon().untilAsserted(() -> assertThat(recording.heard)
                .containsSubsequence(
                        "session LOST", "disowned orders-0", "session CONNECTED", "owned orders-0 epoch 2"));
        assertThat(node.session()).isEqualTo(Session.CONNECTED);
    }

    @Test
    void startsWhenZooKeeperComesLater() {
        // given
        zooKeeper.close();
        ZooKeeperCluster node = nodes.unstarted(settings(connect, 1));
        CompletableFuture<Void> started = CompletableFuture.runAsync(node::start);
        assertThat(started).isNotDone();
        // when
        zooKeeper = ClusterFixture.zooKeeper(folder, port);
        // then
        get(started);
        assertThat(node.session()).isEqualTo(Session.CONNECTED);
    }

    @Test
    void givesUpStartingAfterItsLimit() {
        // given
        zooKeeper.close();
        ZooKeeperCluster node = nodes.unstarted(with(1_500, 1_000, Optional.empty()));
        // when / then
        assertThatThrownBy(node::start)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE))
                .hasMessageContaining(connect);
    }

    @Test
    void refusesAClusterThatItsDataDoesNotBelongTo() {
        // given
        nodes.node(connect, 2);
        ZooKeeperCluster stranger = nodes.unstarted(with(1_500, 10_000, Optional.of("another")));
        // when / then
        assertThatThrownBy(stranger::start)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining("belongs to cluster another");
    }

    @Test
    void saysThatItDisownsWhenItCloses() {
        // given
        ZooKeeperCluster node = owningNode(30_000);
        // when
        node.close();
        // then
        assertThat(recording.heard).containsSubsequence("disowned orders-0", "session CLOSED");
        refusedWithout(node);
    }

    private ZooKeeperCluster owningNode(int sessionTimeoutMs) {
        ZooKeeperCluster node = nodes.unstarted(with(sessionTimeoutMs, 20_000, Optional.empty()));
        node.listen(recording);
        node.start();
        get(node.createTopic("orders", 1, Map.of()));
        return node;
    }

    private ClusterSettings with(int sessionTimeoutMs, long startWaitMs, Optional<String> clusterId) {
        return new ClusterSettings(
                connect,
                ClusterSettings.DEFAULT_ROOT,
                1,
                URI.create("http://127.0.0.1:9001"),
                "",
                LogHome.NODE,
                "folder-1",
                clusterId,
                Optional.empty(),
                sessionTimeoutMs,
                1_000,
                startWaitMs,
                15_000,
                MoveSettings.DEFAULTS,
                ClusterLimits.DEFAULT);
    }

    private static void refusedWithout(ZooKeeperCluster node) {
        assertThatThrownBy(() -> get(node.createTopic("more", 1, Map.of())))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ZOOKEEPER_UNAVAILABLE));
    }
}
