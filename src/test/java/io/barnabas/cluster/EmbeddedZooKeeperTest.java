package io.barnabas.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedZooKeeperTest {
    @TempDir
    private Path folder;

    @Test
    void keepsDataOverRestart() throws Exception {
        // given
        try (EmbeddedZooKeeper first = ClusterFixture.zooKeeper(folder, 0);
                CuratorFramework client = client(first)) {
            client.create().forPath("/kept", new byte[] {7});
        }
        // when
        try (EmbeddedZooKeeper second = ClusterFixture.zooKeeper(folder, 0);
                CuratorFramework client = client(second)) {
            // then
            assertThat(client.getData().forPath("/kept")).containsExactly(7);
        }
    }

    @Test
    void saysThatThePortIsTaken() {
        try (EmbeddedZooKeeper first = ClusterFixture.zooKeeper(folder.resolve("a"), 0)) {
            int port = first.port();
            assertThatThrownBy(() -> ClusterFixture.zooKeeper(folder.resolve("b"), port))
                    .isInstanceOfSatisfying(BarnabasException.class, e -> assertThat(e.code())
                            .isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("taken");
        }
    }

    @Test
    void leavesNoThreadBehind() {
        // given
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        // when
        try (EmbeddedZooKeeper zooKeeper = ClusterFixture.zooKeeper(folder, 0);
                ClusterFixture nodes = new ClusterFixture()) {
            nodes.node(zooKeeper.connectString(), 1);
        }
        // then
        ClusterFixture.soon().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .filter(thread -> !thread.getName().startsWith("awaitility"))
                        .map(thread -> thread.getName() + " " + Arrays.asList(thread.getStackTrace()))
                        .collect(Collectors.toSet()))
                .isEmpty());
    }

    private static CuratorFramework client(EmbeddedZooKeeper zooKeeper) {
        CuratorFramework client = CuratorFrameworkFactory.newClient(zooKeeper.connectString(), new RetryOneTime(100));
        client.start();
        return client;
    }
}
