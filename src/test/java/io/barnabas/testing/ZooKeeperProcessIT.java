package io.barnabas.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperProcessIT {
    @TempDir
    Path directory;

    @Test
    void keepsItsNodesOverAKill() throws Exception {
        // given
        int port;
        try (ZooKeeperProcess first = ZooKeeperProcess.start(directory)) {
            port = first.port();
            try (CuratorFramework client = client(first)) {
                client.create().forPath("/kept", new byte[] {7});
            }
            first.kill9();
        }
        // when
        try (ZooKeeperProcess again = ZooKeeperProcess.start(directory, port);
                CuratorFramework client = client(again)) {
            // then
            assertThat(client.getData().forPath("/kept")).containsExactly(7);
        }
    }

    private static CuratorFramework client(ZooKeeperProcess server) {
        CuratorFramework client = CuratorFrameworkFactory.newClient(server.connect(), new RetryOneTime(100));
        client.start();
        return client;
    }
}
