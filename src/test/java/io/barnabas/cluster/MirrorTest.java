package io.barnabas.cluster;

import static io.barnabas.cluster.ClusterFixture.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorTest {
    @TempDir
    private Path folder;

    private final ZkPaths paths = new ZkPaths("/barnabas");
    private final Documents documents = new Documents();
    private final PartitionKey key = new PartitionKey(UUID.randomUUID(), 0);
    private final AtomicInteger changes = new AtomicInteger();
    private EmbeddedZooKeeper zooKeeper;
    private CuratorFramework client;
    private Mirror mirror;

    @BeforeEach
    void mirrorOnePartition() throws Exception {
        zooKeeper = ClusterFixture.zooKeeper(folder, 0);
        client = CuratorFrameworkFactory.newClient(zooKeeper.connectString(), new RetryOneTime(100));
        client.start();
        client.create().creatingParentsIfNeeded().forPath(paths.part(key), claimed(""));
        mirror = new Mirror(client, paths, documents, changes::incrementAndGet);
        mirror.start();
        soon().until(mirror::complete);
    }

    @AfterEach
    void stop() {
        mirror.close();
        client.close();
        zooKeeper.close();
    }

    private static byte[] claimed(String more) {
        return ("{\"version\":1,\"epoch\":1,\"owner\":1,\"session\":7" + more + "}").getBytes(UTF_8);
    }

    private PartDocument part() {
        return mirror.snapshot().parts().get(key).value();
    }

    @Test
    void saysNothingOfWhatOnlyALogEngineChangedAndShowsItAllTheSame() throws Exception {
        // given
        int before = changes.get();
        // when
        client.setData().forPath(paths.part(key), claimed(",\"log\":{\"format\":1}"));
        soon().until(() -> part().fields().has("log"));
        client.setData().forPath(paths.part(key), claimed(",\"next\":{\"format\":1}"));
        // then
        soon().until(() -> part().fields().has("next")); // and so the change before was told, if it was to be
        assertThat(changes).hasValue(before);
    }

    @Test
    void saysThatAPartitionWasReleasedWhateverElseChanged() throws Exception {
        // given
        int before = changes.get();
        // when
        client.setData().forPath(paths.part(key), claimed(",\"log\":{\"format\":1},\"released\":true"));
        // then
        soon().until(() -> changes.get() == before + 1);
        assertThat(part().released()).isTrue();
    }

    @Test
    void saysThatADocumentIsUnreadable() throws Exception {
        // given
        int before = changes.get();
        // when
        client.setData().forPath(paths.part(key), "no document".getBytes(UTF_8));
        // then
        soon().until(() -> changes.get() == before + 1);
    }
}
