package io.barnabas.cluster;

import static io.barnabas.cluster.ClusterFixture.get;
import static io.barnabas.cluster.ClusterFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import io.barnabas.record.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that move, as where any node reaches any log. */
class MovesTest {
    /** Longer than any test: who gets a partition in time did not take it by force. */
    private static final MoveSettings PATIENT = new MoveSettings(100, 60_000, 100);

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
    void aNodeThatJoinsGetsItsShareOnceItWasReleased() {
        // given
        ZooKeeperCluster first = nodes.unstarted(shared(1));
        SlowCloser closer = new SlowCloser();
        first.listen(closer);
        first.start();
        get(first.createTopic("orders", 4, Map.of()));
        // when
        ZooKeeperCluster second = start(shared(2));
        // then
        soon().until(() -> closer.closing.size() == 2);
        assertThat(counts(second)).isEqualTo(Map.of(1, 4L));
        closer.closing.forEach(closing -> closing.complete(null));
        soon().untilAsserted(() -> assertThat(counts(second)).isEqualTo(Map.of(1, 2L, 2, 2L)));
        soon().untilAsserted(() -> assertThat(counts(first)).isEqualTo(Map.of(1, 2L, 2, 2L)));
        assertThat(second.view().owners().values()).contains(new Ownership(1, 1), new Ownership(2, 2));
    }

    @Test
    void aNodeThatNeverReleasesLosesThePartitionAfterAWhile() {
        // given
        ZooKeeperCluster first = nodes.unstarted(shared(1));
        SlowCloser closer = new SlowCloser();
        first.listen(closer);
        first.start();
        get(first.createTopic("orders", 2, Map.of()));
        // when
        ZooKeeperCluster second =
                start(ClusterFixture.settings(connect, 2).withLogs(LogHome.SHARED, new MoveSettings(100, 500, 100)));
        // then
        soon().untilAsserted(() -> assertThat(counts(second)).isEqualTo(Map.of(1, 1L, 2, 1L)));
        assertThat(closer.closing).hasSize(1);
    }

    @Test
    void othersTakeWhatACrashedNodeHad() {
        // given
        List<ZooKeeperCluster> three = List.of(start(shared(1)), start(shared(2)), start(shared(3)));
        soon().until(() -> three.get(0).view().nodes().size() == 3);
        get(three.get(0).createTopic("orders", 6, Map.of()));
        soon().until(() -> three.get(0).view().owners().size() == 6);
        // when
        three.get(2).close();
        // then
        soon().untilAsserted(() -> assertThat(counts(three.get(1))).isEqualTo(Map.of(1, 3L, 2, 3L)));
    }

    @Test
    void aNodeThatDrainsGivesEverythingAwayAndAnotherLeads() {
        // given
        ZooKeeperCluster first = start(shared(1));
        ZooKeeperCluster second = start(shared(2));
        soon().until(() -> first.view().nodes().size() == 2);
        get(first.createTopic("orders", 6, Map.of()));
        soon().until(() -> first.view().owners().size() == 6);
        // when
        get(first.drain());
        // then
        soon().untilAsserted(() -> assertThat(counts(second)).isEqualTo(Map.of(2, 6L)));
        assertThat(first.view().nodes().get(1).draining()).isTrue();
        get(second.createTopic("more", 2, Map.of()));
        assertThat(counts(second)).isEqualTo(Map.of(2, 8L));
        first.close();
        soon().untilAsserted(() -> assertThat(second.view().controllerId()).hasValue(2));
        get(second.createTopic("last", 2, Map.of()));
    }

    @Test
    void theLastNodeDrainsWithoutWaiting() {
        // given
        ZooKeeperCluster only = start(shared(1));
        get(only.createTopic("orders", 2, Map.of()));
        // when
        get(only.drain());
        // then
        assertThat(counts(only)).isEqualTo(Map.of(1, 2L));
    }

    @Test
    void aNodeThatCannotStoreGivesEverythingToOneThatHasShownThatItCanAndGetsItsShareBackWhenItCanAgain() {
        // given
        ZooKeeperCluster first = start(shared(1));
        ZooKeeperCluster second = nodes.unstarted(shared(2));
        BlockingQueue<Long> asked = new LinkedBlockingQueue<>();
        second.listen(new Cluster.Listener() {
            @Override
            public void proofWanted(long changeId) {
                asked.add(changeId);
            }
        });
        second.start();
        soon().until(() -> first.view().nodes().size() == 2);
        get(first.createTopic("orders", 6, Map.of()));
        soon().until(() -> counts(second).equals(Map.of(1, 3L, 2, 3L)));
        // when
        first.reportStorage(new StorageReport(StorageState.IMPAIRED, 0));
        soon().until(() -> !asked.isEmpty());
        assertThat(counts(second)).as("nobody has shown yet that it can store").isEqualTo(Map.of(1, 3L, 2, 3L));
        second.reportStorage(new StorageReport(StorageState.ABLE, asked.remove()));
        // then
        soon().untilAsserted(() -> assertThat(counts(second)).isEqualTo(Map.of(2, 6L)));
        assertThat(second.view().nodes().get(1).storage()).isEqualTo(StorageState.IMPAIRED);
        first.reportStorage(new StorageReport(StorageState.RECOVERING, 0));
        soon().until(() -> second.view().nodes().get(1).storage() == StorageState.RECOVERING);
        assertThat(counts(second)).isEqualTo(Map.of(2, 6L));
        first.reportStorage(new StorageReport(StorageState.ABLE, 0));
        soon().untilAsserted(() -> assertThat(counts(second)).isEqualTo(Map.of(1, 3L, 2, 3L)));
    }

    @Test
    void nothingMovesWhenNobodyCanStore() {
        // given
        ZooKeeperCluster first = start(shared(1));
        ZooKeeperCluster second = start(shared(2));
        soon().until(() -> first.view().nodes().size() == 2);
        get(first.createTopic("orders", 6, Map.of()));
        soon().until(() -> counts(second).equals(Map.of(1, 3L, 2, 3L)));
        // when
        first.reportStorage(new StorageReport(StorageState.IMPAIRED, 0));
        second.reportStorage(new StorageReport(StorageState.IMPAIRED, 0));
        // then
        soon().until(() ->
                first.view().nodes().values().stream().allMatch(node -> node.storage() == StorageState.IMPAIRED));
        get(first.createTopic("more", 2, Map.of()));
        soon().untilAsserted(() -> assertThat(counts(first)).isEqualTo(Map.of(1, 4L, 2, 4L)));
        assertThat(first.view().owners().values()).extracting(Ownership::epoch).containsOnly(1);
    }

    @Test
    void nothingMovesWhereLogsStayWithTheirNodes() {
        // given
        ZooKeeperCluster first = nodes.node(connect, 1);
        ZooKeeperCluster second = nodes.node(connect, 2);
        soon().until(() -> first.view().nodes().size() == 2);
        get(first.createTopic("orders", 2, Map.of()));
        soon().until(() -> first.view().owners().size() == 2);
        TopicPartition ofSecond = new TopicPartition(
                "orders", ClusterFixture.owner(first, "orders", 0).orElseThrow().nodeId() == 2 ? 0 : 1);
        // when
        get(second.drain());
        // then
        soon().until(() -> first.view().nodes().get(2).draining());
        get(first.createTopic("more", 2, Map.of()));
        assertThat(counts(first)).isEqualTo(Map.of(1, 3L, 2, 1L));
        second.close();
        soon().until(() -> first.view().owner(ofSecond).isEmpty());
        assertThatThrownBy(() -> first.view().serving(ofSecond))
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PARTITION_OFFLINE))
                .hasMessageContaining("node 2");
    }

    @Test
    void goesOnMovingUnderAnotherController() {
        // given: one move at a time, and a node that holds each back
        MoveSettings one = new MoveSettings(100, 60_000, 1);
        ZooKeeperCluster owner =
                nodes.unstarted(ClusterFixture.settings(connect, 2).withLogs(LogHome.SHARED, one));
        SlowCloser closer = new SlowCloser();
        owner.listen(closer);
        owner.start();
        get(owner.createTopic("orders", 9, Map.of()));
        ZooKeeperCluster third = start(ClusterFixture.settings(connect, 3).withLogs(LogHome.SHARED, one));
        soon().until(() -> closer.closing.size() == 1);
        assertThat(owner.view().controllerId()).hasValue(2);
        closer.all = true;
        closer.closing.forEach(closing -> closing.complete(null));
        soon().until(() -> counts(third).getOrDefault(3, 0L) >= 2);
        // when: the controller is gone in the middle
        owner.close();
        // then
        soon().untilAsserted(() -> assertThat(counts(third)).isEqualTo(Map.of(3, 9L)));
        assertThat(third.view().controllerId()).hasValue(3);
    }

    @Test
    void refusesANodeThatKeepsLogsElsewhereThanTheCluster() {
        // given
        start(shared(1));
        ZooKeeperCluster stranger = nodes.unstarted(ClusterFixture.settings(connect, 2));
        // when / then
        assertThatThrownBy(stranger::start)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining("barnabas.engine=bookkeeper");
    }

    @Test
    void showsWhereNodesStand() {
        // given
        ZooKeeperCluster first = start(shared(1).withZone("east"));
        ZooKeeperCluster second = start(shared(2).withZone("west"));
        // then
        soon().untilAsserted(
                        () -> assertThat(first.view().nodes().get(2).zone()).isEqualTo("west"));
        assertThat(second.view().nodes().get(1).zone()).isEqualTo("east");
    }

    private ClusterSettings shared(int nodeId) {
        return ClusterFixture.settings(connect, nodeId).withLogs(LogHome.SHARED, PATIENT);
    }

    private ZooKeeperCluster start(ClusterSettings settings) {
        ZooKeeperCluster node = nodes.unstarted(settings);
        node.start();
        return node;
    }

    private static Map<Integer, Long> counts(ZooKeeperCluster node) {
        return node.view().owners().values().stream()
                .collect(Collectors.groupingBy(Ownership::nodeId, Collectors.counting()));
    }

    /** Closes logs only when the test says so. */
    private static final class SlowCloser implements Cluster.Listener {
        final Queue<CompletableFuture<Void>> closing = new ConcurrentLinkedQueue<>();
        volatile boolean all;

        @Override
        public CompletionStage<Void> handOver(Topic topic, int partition) {
            CompletableFuture<Void> closed = new CompletableFuture<>();
            if (all) {
                closed.complete(null);
            }
            closing.add(closed);
            return closed;
        }
    }
}
