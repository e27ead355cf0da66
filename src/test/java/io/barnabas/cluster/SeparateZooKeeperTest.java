package io.barnabas.cluster;

import static io.barnabas.cluster.ClusterFixture.get;
import static io.barnabas.cluster.ClusterFixture.owner;
import static io.barnabas.cluster.ClusterFixture.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.ZooKeeperServerMain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a ZooKeeper in a process of its own, which is killed the hard way. */
class SeparateZooKeeperTest {
    @TempDir
    private Path folder;

    private final ClusterFixture nodes = new ClusterFixture();
    private Process process;

    @AfterEach
    void stopAll() throws InterruptedException {
        nodes.close();
        kill();
    }

    @Test
    void comesBackByItselfAfterZooKeeperIsKilledAndRestarted() throws Exception {
        // given
        int port = freePort();
        process = zooKeeper(port);
        ZooKeeperCluster node = nodes.node("127.0.0.1:" + port, 1);
        Topic topic = get(node.createTopic("orders", 3, Map.of()));
        // when
        kill();
        soon().until(() -> node.session() != Cluster.Session.CONNECTED);
        process = zooKeeper(port);
        soon().until(() -> node.session() == Cluster.Session.CONNECTED);
        // then
        soon().untilAsserted(() -> assertThat(node.view().owners()).hasSize(3));
        assertThat(owner(node, "orders", 0).orElseThrow().nodeId()).isEqualTo(1);
        assertThat(node.view().topic("orders")).isEqualTo(topic);
        get(node.createTopic("more", 1, Map.of()));
    }

    private Process zooKeeper(int port) throws IOException {
        Path config = folder.resolve("zoo.cfg");
        Files.writeString(
                config,
                "clientPortAddress=127.0.0.1\nadmin.enableServer=false\ntickTime=" + ClusterFixture.TICK_MS
                        + "\nclientPort=" + port + "\ndataDir=" + folder.resolve("data") + "\n");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        classPath,
                        ZooKeeperServerMain.class.getName(),
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("zookeeper.log").toFile())
                .start();
    }

    private void kill() throws InterruptedException {
        if (process != null) {
            assertThat(process.destroyForcibly().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
