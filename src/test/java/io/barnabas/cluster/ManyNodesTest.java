package io.barnabas.cluster;

import static io.barnabas.cluster.ClusterFixture.get;
import static io.barnabas.cluster.ClusterFixture.owner;
import static io.barnabas.cluster.ClusterFixture.settings;
import static io.barnabas.cluster.ClusterFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyNodesTest {
    @TempDir
    private Path folder;

    private final ClusterFixture nodes = new ClusterFixture();
    private EmbeddedZooKeeper zooKeeper;
    private String connect;

    @BeforeEach
    void startZooKeeper() {
        zooKeeper = ClusterFixture.zooKeeper(folder, 0);
        connect = zooKeeper.connectString();
    }

    @AfterEach
    void stopAll() {
        nodes.close();
        zooKeeper.close();
    }

    @Test
    void spreadsPartitionsAndAllNodesSeeTheSame() {
        // given
        List<ZooKeeperCluster> three = List.of(nodes.node(connect, 1), nodes.node(connect, 2), nodes.node(connect, 3));
        soon().until(() -> three.stream().allMatch(node -> node.view().nodes().size() == 3));
        // when
        get(three.get(1).createTopic("orders", 6, Map.of()));
        // then
        soon().untilAsserted(() -> {
            for (ZooKeeperCluster node : three) {
                Map<Integer, Long> counts = node.view().owners().values().stream()
                        .collect(Collectors.groupingBy(Ownership::nodeId, Collectors.counting()));
                assertThat(counts).isEqualTo(Map.of(1, 2L, 2, 2L, 3, 2L));
            }
        });
    }

    @Test
    void partitionsOfANodeThatIsAwayStayItsOwn() {
        // given
        ZooKeeperCluster first = nodes.node(connect, 1);
        ZooKeeperCluster second = nodes.node(connect, 2);
        soon().until(() -> first.view().nodes().size() == 2);
        get(first.createTopic("orders", 2, Map.of()));
        soon().until(() -> first.view().owners().size() == 2);
        int seconds = owner(first, "orders", 0).orElseThrow().nodeId() == 2 ? 0 : 1;
        // when
        second.close();
        // then
        soon().untilAsserted(() -> assertThat(owner(first, "orders", seconds)).isEmpty());
        get(first.addPartitions("orders", 3));
        assertThat(owner(first, "orders", 2)).contains(new Ownership(1, 1));
        nodes.node(connect, 2);
        soon().untilAsserted(() -> assertThat(owner(first, "orders", seconds)).contains(new Ownership(2, 2)));
    }

    @Test
    void anotherNodeLeadsWhenTheControllerLeaves() {
        // given
        ZooKeeperCluster first = nodes.node(connect, 1);
        soon().until(() -> first.view().controllerId().equals(OptionalInt.of(1)));
        ZooKeeperCluster second = nodes.node(connect, 2);
        // when
        first.close();
        // then
        soon().untilAsserted(() -> assertThat(second.view().controllerId()).hasValue(2));
        get(second.createTopic("orders", 2, Map.of()));
        assertThat(second.view().owners().values()).containsOnly(new Ownership(2, 1));
    }

    @Test
    void takesOverAtOnceWhatAKilledProcessOfTheSameFolderLeft() {
        // given: a process that is gone without having closed anything
        ZooKeeperCluster killed = nodes.unstarted(ClusterFixture.longLived(connect, 1));
        killed.start();
        get(killed.createTopic("orders", 1, Map.of()));
        // when
        ZooKeeperCluster restarted = nodes.node(connect, 1);
        // then
        soon().untilAsserted(() -> assertThat(owner(restarted, "orders", 0))
                .hasValueSatisfying(owner -> assertThat(owner.epoch()).isGreaterThan(1)));
        soon().until(() -> killed.session() == Cluster.Session.LOST);
        assertThat(owner(killed, "orders", 0)).isEmpty();
        soon().until(() -> owner(restarted, "orders", 0).isPresent());
        get(restarted.createTopic("more", 1, Map.of()));
    }

    @Test
    void refusesAnIdThatAnotherFolderHolds() {
        // given
        nodes.node(connect, 1);
        ZooKeeperCluster intruder = nodes.unstarted(settings(connect, 1, "other", ClusterLimits.DEFAULT));
        // when / then
        assertThatThrownBy(intruder::start)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_STATE))
                .hasMessageContaining("node id 1 is taken")
                .hasMessageContaining("http://127.0.0.1:9001");
        assertThat(intruder.session()).isEqualTo(Cluster.Session.CLOSED);
    }

    @Test
    void takesAnIdAsSoonAsItIsFree() {
        // given
        ZooKeeperCluster first = nodes.node(connect, 1);
        ZooKeeperCluster second = nodes.unstarted(settings(connect, 1, "other", ClusterLimits.DEFAULT));
        CompletableFuture<Void> started = CompletableFuture.runAsync(second::start);
        // when
        first.close();
        // then
        get(started);
        assertThat(second.session()).isEqualTo(Cluster.Session.CONNECTED);
    }

    @Test
    void finishesADeletionThatWasInterrupted() throws Exception {
        // given
        ZooKeeperCluster node = nodes.node(connect, 1);
        Topic topic = get(node.createTopic("orders", 250, Map.of()));
        node.close();
        ZkPaths paths = new ZkPaths(ClusterSettings.DEFAULT_ROOT);
        try (CuratorFramework client = CuratorFrameworkFactory.newClient(connect, new RetryOneTime(100))) {
            client.start();
            new Catalogue(client, paths, new Documents(), ClusterLimits.DEFAULT, config -> {}, () -> topic.id())
                    .delete("orders");
            client.delete().forPath(paths.assignment(topic.id()));
            // when
            ZooKeeperCluster restarted = nodes.node(connect, 1);
            // then
            assertThat(restarted.view().topics()).isEmpty();
            soon().untilAsserted(() -> {
                assertThat(client.checkExists().forPath(paths.deletion(topic.id())))
                        .isNull();
                assertThat(client.checkExists().forPath(paths.parts(topic.id())))
                        .isNull();
            });
        }
    }

    @Test
    void claimsAThousandPartitionsInSeconds() {
        // given
        ZooKeeperCluster node = nodes.node(connect, 1);
        // when
        long startedNanos = System.nanoTime();
        get(node.createTopic("wide", 1000, Map.of()));
        Duration created = Duration.ofNanos(System.nanoTime() - startedNanos);
        node.close();
        ZooKeeperCluster restarted = nodes.node(connect, 1);
        // then
        soon().untilAsserted(() -> assertThat(restarted.view().owners()).hasSize(1000));
        assertThat(restarted.view().owners().values()).containsOnly(new Ownership(1, 2));
        assertThat(created).isLessThan(Duration.ofSeconds(10));
    }
}
