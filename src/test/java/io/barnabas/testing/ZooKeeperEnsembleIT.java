package io.barnabas.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZooKeeperEnsembleIT {
    @TempDir
    Path directory;

    @Test
    void keepsServingWhenItsLeaderIsKilled() throws Exception {
        // given
        try (ZooKeeperEnsemble ensemble = ZooKeeperEnsemble.start(directory, 3);
                CuratorFramework client =
                        CuratorFrameworkFactory.newClient(ensemble.connect(), new RetryNTimes(100, 100))) {
            client.start();
            client.create().forPath("/kept", new byte[] {7});
            int leader = ensemble.leader();
            // when
            ensemble.server(leader).kill9();
            // then
            client.create().forPath("/after", new byte[] {8});
            ensemble.restart(leader);
            assertThat(client.getData().forPath("/kept")).containsExactly(7);
            assertThat(ensemble.leader()).isNotEqualTo(leader);
        }
    }
}
