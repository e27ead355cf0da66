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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperClusterTest {
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
    void ownsEveryPartitionUnderEpochOneWhenAlone() {
        // given
        ZooKeeperCluster node = nodes.unstarted(settings(connect, 1));
        ClusterFixture.Recording recording = new ClusterFixture.Recording();
        node.listen(recording);
        node.start();
        // when
        Topic topic = get(node.createTopic("orders", 3, Map.of("retention.ms", "1000")));
        // then
        assertThat(node.view().topic("orders")).isEqualTo(topic);
        assertThat(topic.config()).containsEntry("retention.ms", "1000");
        assertThat(node.view().owners()).hasSize(3).containsValue(new Ownership(1, 1));
        assertThat(recording.heard("owned").sorted())
                .containsExactly("owned orders-0 epoch 1", "owned orders-1 epoch 1", "owned orders-2 epoch 1");
        assertThat(node.session()).isEqualTo(Cluster.Session.CONNECTED);
        soon().untilAsserted(() -> assertThat(node.view().controllerId()).hasValue(1));
    }

    @Test
    void epochsRiseAndTopicsStayOverRestart() {
        // given
        ZooKeeperCluster first = nodes.node(connect, 1);
        Topic topic = get(first.createTopic("orders", 2, Map.of()));
        String clusterId = first.view().clusterId();
        first.close();
        int port = zooKeeper.port();
        zooKeeper.close();
        zooKeeper = ClusterFixture.zooKeeper(folder, port);
        // when
        ZooKeeperCluster second = nodes.node(connect, 1);
        // then
        soon().untilAsserted(() -> assertThat(owner(second, "orders", 1)).contains(new Ownership(1, 2)));
        assertThat(second.view().topic("orders")).isEqualTo(topic);
        assertThat(second.view().clusterId()).isEqualTo(clusterId);
    }

    @Test
    void givesProducerIdsOnceOverNodesAndRestarts() {
        // given
        ZooKeeperCluster one = nodes.node(connect, 1);
        ZooKeeperCluster two = nodes.node(connect, 2);
        List<CompletionStage<Long>> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            asked.add(one.reserveProducerIds(1_000));
            asked.add(two.reserveProducerIds(1_000));
        }
        List<Long> firsts = asked.stream().map(ClusterFixture::get).sorted().toList();
        two.close();
        // when
        ZooKeeperCluster again = nodes.node(connect, 2);
        // then
        for (int i = 0; i < firsts.size(); i++) {
            assertThat(firsts.get(i)).isEqualTo(i * 1_000L);
        }
        assertThat(get(again.reserveProducerIds(0))).isEqualTo(20_000);
        assertThat(get(again.reserveProducerIds(5))).isEqualTo(20_000);
        assertThat(get(one.reserveProducerIds(5))).isEqualTo(20_005);
    }

    @Test
    void refusesWhatCannotBe() {
        // given
        ZooKeeperCluster node = nodes.unstarted(settings(connect, 1, "folder-1", new ClusterLimits(2, 4, 5, 10, 8)));
        node.start();
        get(node.createTopic("orders", 3, Map.of()));
        // then
        refused(node.createTopic("orders", 1, Map.of()), ErrorCode.TOPIC_EXISTS);
        refused(node.createTopic("a/b", 1, Map.of()), ErrorCode.INVALID_NAME);
        refused(node.createTopic("__offsets", 1, Map.of()), ErrorCode.INVALID_NAME);
        refused(node.createInternalTopic("offsets", 1, Map.of()), ErrorCode.INVALID_NAME);
        refused(node.createTopic("more", 0, Map.of()), ErrorCode.INVALID_FIELD);
        refused(node.createTopic("more", 1, Map.of("bad", "1")), ErrorCode.INVALID_FIELD);
        refused(node.createTopic("more", 5, Map.of()), ErrorCode.TOO_MANY);
        refused(node.createTopic("more", 3, Map.of()), ErrorCode.TOO_MANY);
        refused(node.addPartitions("orders", 2), ErrorCode.INVALID_FIELD);
        refused(node.addPartitions("absent", 2), ErrorCode.UNKNOWN_TOPIC);
        refused(node.changeConfig("absent", Map.of()), ErrorCode.UNKNOWN_TOPIC);
        refused(node.changeConfig("orders", Map.of("bad", "1")), ErrorCode.INVALID_FIELD);
        refused(node.deleteTopic("absent"), ErrorCode.UNKNOWN_TOPIC);
        get(node.createTopic("more", 2, Map.of()));
        refused(node.createTopic("third", 1, Map.of()), ErrorCode.TOO_MANY);
    }

    @Test
    void addsPartitionsAndClaimsThem() {
        // given
        ZooKeeperCluster node = nodes.node(connect, 1);
        Topic before = get(node.createTopic("orders", 1, Map.of()));
        // when
        Topic after = get(node.addPartitions("orders", 3));
        // then
        assertThat(after.partitionCount()).isEqualTo(3);
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(owner(node, "orders", 2)).contains(new Ownership(1, 1));
        assertThat(owner(node, "orders", 0)).contains(new Ownership(1, 1));
    }

    @Test
    void changesConfigAndTakesKeysBackToTheirDefaults() {
        // given
        ZooKeeperCluster node = nodes.node(connect, 1);
        get(node.createTopic("orders", 1, Map.of("retention.ms", "1", "segment.bytes", "2")));
        Map<String, String> changes = new HashMap<>();
        changes.put("retention.ms", null);
        changes.put("cleanup.policy", "compact");
        // when
        get(node.changeConfig("orders", changes));
        // then
        assertThat(new TreeMap<>(node.view().topic("orders").config()))
                .isEqualTo(Map.of("segment.bytes", "2", "cleanup.policy", "compact"));
    }

    @Test
    void ensuresAnInternalTopicOnce() {
        // given
        ZooKeeperCluster node = nodes.node(connect, 1);
        Topic first = get(node.createInternalTopic("__groups", 2, Map.of()));
        // when
        Topic second = get(node.createInternalTopic("__groups", 8, Map.of()));
        // then
        assertThat(second).isEqualTo(first);
        assertThat(owner(node, "__groups", 1)).contains(new Ownership(1, 1));
    }

    @Test
    void deletesTopicTellsItsOwnerAndFreesTheName() {
        // given
        ZooKeeperCluster node = nodes.unstarted(settings(connect, 1));
        ClusterFixture.Recording recording = new ClusterFixture.Recording();
        node.listen(recording);
        node.start();
        Topic old = get(node.createTopic("orders", 2, Map.of()));
        // when
        get(node.deleteTopic("orders"));
        Topic fresh = get(node.createTopic("orders", 1, Map.of()));
        // then
        assertThat(fresh.id()).isNotEqualTo(old.id());
        assertThat(owner(node, "orders", 0)).contains(new Ownership(1, 1));
        soon().untilAsserted(
                        () -> assertThat(recording.heard).containsSubsequence("disowned orders-0", "deleted orders"));
        assertThat(recording.heard).contains("disowned orders-1");
    }

    @Test
    void leavesNobodyWaitingWhenItCloses() {
        // given
        ZooKeeperCluster node = nodes.node(connect, 1);
        List<CompletionStage<Topic>> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            asked.add(node.createTopic("topic-" + i, 2, Map.of()));
        }
        // when
        node.close();
        // then
        assertThat(asked)
                .allSatisfy(answer -> assertThat(answer.toCompletableFuture()).isDone());
        assertThat(asked).anySatisfy(answer -> refused(answer, ErrorCode.ZOOKEEPER_UNAVAILABLE));
    }

    private static void refused(CompletionStage<?> answer, ErrorCode code) {
        assertThatThrownBy(() -> get(answer)).isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }
}
