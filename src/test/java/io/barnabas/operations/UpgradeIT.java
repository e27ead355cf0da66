package io.barnabas.operations;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.BarnabasProcess;
import io.barnabas.testing.ChildProcess;
import io.barnabas.testing.ZooKeeperProcess;
import java.nio.file.Path;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a newer release has left in ZooKeeper is not guessed at. The data folder's side of it is in {@link BackupIT}. */
class UpgradeIT {
    private static final String CLUSTER = "/barnabas/cluster";

    @TempDir
    Path directory;

    @Test
    void refusesAZooKeeperThatANewerReleaseHasWrittenAndSaysSo() throws Exception {
        try (ZooKeeperProcess zooKeeper = ZooKeeperProcess.start(directory.resolve("zookeeper"))) {
            // given
            byte[] newer = "{\"version\":2}".getBytes(UTF_8);
            try (CuratorFramework curator =
                    CuratorFrameworkFactory.newClient(zooKeeper.connect(), new RetryForever(100))) {
                curator.start();
                curator.create().creatingParentsIfNeeded().forPath(CLUSTER, newer);
                // when
                try (ChildProcess node = BarnabasProcess.at(directory.resolve("data"))
                        .with("barnabas.zookeeper.connect", zooKeeper.connect())
                        .launch()) {
                    int exitCode = node.awaitExit();
                    // then
                    assertThat(exitCode).isEqualTo(1);
                    assertThat(node.tail())
                            .contains("did not start")
                            .contains("ZooKeeper document " + CLUSTER + " has version 2")
                            .contains("newer");
                }
                assertThat(curator.getData().forPath(CLUSTER))
                        .as("left as it was")
                        .isEqualTo(newer);
            }
        }
    }
}
