package io.barnabas.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.file.Path;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterSecretTest {
    private static final ClusterSecret GIVEN = ClusterSecret.of("a secret of the operator");

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
    void isMadeByTheFirstNodeAndTheSameOnAll() {
        // when
        ClusterSecret first = nodes.node(connect, 1).secret();
        ClusterSecret second = nodes.node(connect, 2).secret();
        // then
        assertThat(second).isEqualTo(first);
        assertThat(first.text()).hasSizeGreaterThan(40);
        assertThat(first.matches(second.text())).isTrue();
        assertThat(first.matches("another")).isFalse();
        assertThat(first).hasToString("ClusterSecret[hidden]");
    }

    @Test
    void isNotInZooKeeperWhenItWasGiven() throws Exception {
        // when
        ZooKeeperCluster node =
                nodes.unstarted(ClusterFixture.settings(connect, 1).withSecret(GIVEN));
        node.start();
        // then
        assertThat(node.secret()).isEqualTo(GIVEN);
        try (CuratorFramework client = CuratorFrameworkFactory.newClient(connect, new RetryOneTime(100))) {
            client.start();
            byte[] kept = client.getData().forPath(new ZkPaths(ClusterSettings.DEFAULT_ROOT).secret());
            assertThat(new String(kept, UTF_8)).contains("print").doesNotContain(GIVEN.text());
        }
    }

    @Test
    void refusesNodesThatWereGivenAnotherOrNone() {
        // given
        nodes.unstarted(ClusterFixture.settings(connect, 1).withSecret(GIVEN)).start();
        // then
        refused(ClusterFixture.settings(connect, 2).withSecret(ClusterSecret.of("another")));
        refused(ClusterFixture.settings(connect, 2));
        nodes.unstarted(ClusterFixture.settings(connect, 2).withSecret(GIVEN)).start();
    }

    @Test
    void refusesANodeThatWasGivenOneWhenTheClusterMadeItsOwn() {
        // given
        ZooKeeperCluster first = nodes.node(connect, 1);
        // then
        refused(ClusterFixture.settings(connect, 2).withSecret(GIVEN));
        nodes.unstarted(ClusterFixture.settings(connect, 3).withSecret(first.secret()))
                .start();
    }

    private void refused(ClusterSettings settings) {
        ZooKeeperCluster node = nodes.unstarted(settings);
        assertThatThrownBy(node::start)
                .isInstanceOfSatisfying(
                        BarnabasException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining("barnabas.cluster.secret")
                .hasMessageNotContaining(GIVEN.text());
    }
}
