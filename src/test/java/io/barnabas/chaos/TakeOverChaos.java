package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.ProcessCluster;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes, three ZooKeeper servers and three bookies as processes, with producers and a group that go through all
 * nodes while what they need is killed, paused and stopped. One cluster for all of it: it takes longest to start. Every
 * fault has a topic of its own, so that it is judged for itself, and leaves the cluster whole.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakeOverChaos {
    private static final Duration SESSION = Duration.ofSeconds(6);

    private ProcessCluster cluster;
    private Faults faults;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory) {
        cluster = ProcessCluster.in(directory)
                .zooKeepers(3)
                .bookies(3)
                .nodes(3)
                .with("barnabas.zookeeper.session-timeout-ms", SESSION.toMillis() + "ms")
                .start();
        faults = new Faults(cluster);
    }

    @AfterEach
    void heal() {
        faults.heal();
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void survivesTheDeathOfAnOwner() {
        Scenario.of("owner-killed", cluster, faults, traffic -> {
            // when
            faults.killNode(1);
            traffic.flow();
            faults.restartNode(1);
        });
    }

    @Test
    void survivesAnOwnerThatSleepsBeyondItsSession() {
        Scenario.of("owner-paused", cluster, faults, traffic -> {
            // when
            faults.pauseNode(2);
            traffic.flow();
            traffic.flowToGroup();
            traffic.awaitRequestsAt(2);
            faults.wakeNode(2);
        });
    }

    @Test
    void survivesTheStopOfANode() {
        Scenario.of("node-stopped", cluster, faults, traffic -> {
            // when
            faults.stopNode(1);
            traffic.flow();
            faults.restartNode(1);
        });
    }

    @Test
    void survivesTheDeathOfABookie() {
        Scenario.of("bookie-killed", cluster, faults, traffic -> {
            // when
            faults.killBookie(0);
            traffic.flow();
            faults.restartBookie(0);
        });
    }

    @Test
    void survivesTheDeathOfAnOwnerAndABookieAtOnce() {
        Scenario.of("owner-and-bookie-killed", cluster, faults, traffic -> {
            // when
            faults.killBookie(1);
            faults.killNode(0);
            traffic.flow();
            faults.restartBookie(1);
            faults.restartNode(0);
        });
    }

    @Test
    void survivesTheDeathOfTheLeaderOfZooKeeper() {
        Scenario.of("zookeeper-leader-killed", cluster, faults, traffic -> {
            // when
            int leader = faults.killZooKeeper(cluster.zooKeeper().leader());
            traffic.flow();
            faults.restartZooKeeper(leader);
        });
    }

    @Test
    void writesNothingWithoutZooKeeperAndGoesOnByItself() {
        Scenario.of("zookeeper-away", cluster, faults, traffic -> {
            // when
            int leader = faults.killZooKeeper(cluster.zooKeeper().leader());
            int other = faults.killZooKeeper((leader + 1) % 3);
            // then
            traffic.awaitRefusals();
            assertThat(traffic.readablePartitions(cluster.http(0)))
                    .as("partitions that can be read")
                    .isEqualTo(6);
            faults.restartZooKeeper(leader);
            faults.restartZooKeeper(other);
        });
    }

    @Test
    void survivesACoordinatorAndAControllerThatSleepBeyondTheirSession() {
        Scenario.of("coordinator-and-controller-paused", cluster, faults, traffic -> {
            // when
            int coordinator = faults.coordinator(traffic.group());
            faults.pauseNode(coordinator);
            traffic.flow();
            traffic.flowToGroup();
            traffic.awaitRequestsAt(coordinator);
            faults.wakeNode(coordinator);
            int controller = faults.controller();
            faults.pauseNode(controller);
            traffic.flow();
            traffic.flowToGroup();
            traffic.awaitRequestsAt(controller);
            faults.wakeNode(controller);
        });
    }

    @Test
    void losesNothingWhenEveryNodeIsStoppedAndStartedInTurn() {
        Scenario.of("rolling-restart", cluster, faults, traffic -> {
            // when
            for (int node = 0; node < cluster.nodeCount(); node++) {
                faults.stopNode(node);
                faults.restartNode(node);
                traffic.flow();
            }
        });
    }
}
