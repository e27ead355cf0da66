package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.testing.ProcessCluster;
import io.barnabas.testing.relay.LinkState.Way;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same cluster and traffic as {@link TakeOverChaos}, whose processes all run on while the network between them drops,
 * delays and stalls. Clients reach every node all the time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkChaos {
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final Way[] BOTH_WAYS = {Way.REQUESTS, Way.ANSWERS};

    private static final Duration LATENCY = Duration.ofMillis(5);
    private static final double STALL_CHANCE = 0.01;
    private static final Duration LONGEST_STALL = Duration.ofSeconds(1);

    private static final long SEED = 7;
    private static final int BREAKS = 10;
    private static final double BROKEN_SHARE = 0.3;

    /** How long any request may wait for its answer. */
    private static final Duration ANSWERED = Duration.ofSeconds(20);

    /** Until others write what a node had that cannot store: it takes 5 s to notice, and 3 s to be sure. */
    private static final Duration GIVEN_AWAY = Duration.ofSeconds(20);

    /** Until one of three nodes writes everything, as another is dead and the third cannot store. */
    private static final Duration ALL_TO_ONE = Duration.ofSeconds(40);

    /** Until others read what members had on a node that lost ZooKeeper; less than their session time-out of 30 s. */
    private static final Duration READ_AGAIN = Duration.ofSeconds(20);

    /** And one that cannot be helped. */
    private static final Duration SOON_REFUSED = Duration.ofSeconds(4);

    private ProcessCluster cluster;
    private Faults faults;
    private Probe probe;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory) {
        cluster = ProcessCluster.in(directory)
                .zooKeepers(3)
                .bookies(3)
                .nodes(3)
                .relayed()
                .with("barnabas.zookeeper.session-timeout-ms", SESSION.toMillis() + "ms")
                .start();
        faults = new Faults(cluster);
        probe = Probe.of(cluster);
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
    void survivesAnOwnerThatIsCutOffFromZooKeeper() {
        Scenario.of("owner-without-zookeeper", cluster, faults, traffic -> {
            // when
            int controller = faults.controller();
            faults.cutFromZooKeeper(controller);
            traffic.flow();
            traffic.flowToGroup();
            // then
            assertThat(probe.requireAnswers("owner-without-zookeeper", controller, SOON_REFUSED))
                    .as("nothing is stored through a node that cannot know who owns what")
                    .noneMatch(Probe.Reply::stored);
            faults.healNetwork();
        });
    }

    @Test
    void survivesABookieThatIsCutOff() {
        Scenario.of("bookie-cut-off", cluster, faults, traffic -> {
            // when
            faults.cutBookie(0, BOTH_WAYS);
            traffic.flow();
            faults.healNetwork();
            traffic.flow();
            faults.cutBookie(1, Way.ANSWERS);
            traffic.flow();
            faults.healNetwork();
        });
    }

    @Test
    void survivesAnOwnerThatHearsNoAnswersOfBookies() {
        Scenario.of("owner-without-answers-of-bookies", cluster, faults, traffic -> {
            // when
            assertThat(faults.ownedBy(2)).isPositive();
            long begunNanos = System.nanoTime();
            faults.cutFromBookies(2, Way.ANSWERS);
            traffic.flow(GIVEN_AWAY);
            System.out.println("chaos owner-without-answers-of-bookies: every partition was written again after "
                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos) + " ms");
            traffic.flowToGroup();
            // then
            assertThat(faults.ownedBy(2)).isZero();
            for (int node = 0; node < cluster.nodeCount(); node++) {
                assertThat(probe.requireAnswers("owner-without-answers-of-bookies", node, SOON_REFUSED))
                        .as("writes through node " + node)
                        .allMatch(Probe.Reply::stored);
            }
            faults.healNetwork();
            faults.awaitOwner(2);
        });
    }

    @Test
    void movesNothingWhileNoNodeCanStore() {
        Scenario.of("too-few-bookies", cluster, faults, traffic -> {
            // given
            Map<String, Long> epochs = faults.epochs();
            // when
            faults.cutBookie(0, BOTH_WAYS);
            faults.cutBookie(1, BOTH_WAYS);
            traffic.awaitRefusals();
            faults.awaitStorage("impaired");
            // then
            assertThat(traffic.readablePartitions(cluster.http(0)))
                    .as("partitions that can be read from their beginning")
                    .isEqualTo(6);
            faults.healNetwork();
            traffic.flow();
            faults.awaitStorage("able");
            assertThat(faults.epochs()).as("nothing was taken over").isEqualTo(epochs);
        });
    }

    @Test
    void survivesANodeThatOthersCannotReach() {
        Scenario.of("node-out-of-reach-of-others", cluster, faults, traffic -> {
            // when
            faults.hideFromNodes(1, BOTH_WAYS);
            probe.requireAnswers("node-out-of-reach-of-others", 0, ANSWERED);
            traffic.flow();
            probe.requireAnswers("node-out-of-reach-of-others", 0, SOON_REFUSED);
            probe.requireAnswers("node-out-of-reach-of-others", 2, SOON_REFUSED);
            faults.healNetwork();
        });
    }

    @Test
    void survivesANodeWhoseAnswersToOthersAreLost() {
        Scenario.of("answers-to-other-nodes-lost", cluster, faults, traffic -> {
            // when
            faults.hideFromNodes(2, Way.ANSWERS);
            probe.requireAnswers("answers-to-other-nodes-lost", 1, ANSWERED);
            traffic.flow();
            faults.healNetwork();
        });
    }

    @Test
    void survivesASlowNetworkWithoutATakeOver() {
        Scenario.of("everything-slow", cluster, faults, traffic -> {
            // given
            Map<String, Long> epochs = faults.epochs();
            // when
            faults.slowEverything(LATENCY, STALL_CHANCE, LONGEST_STALL);
            traffic.flow();
            traffic.flow();
            traffic.flowToGroup();
            // then
            assertThat(faults.epochs()).as("nothing was taken over").isEqualTo(epochs);
            faults.healNetwork();
        });
    }

    @Test
    void survivesLinksThatBreakAtRandom() {
        Random random = new Random(SEED);
        Scenario.of("links-broken-at-random", cluster, faults, traffic -> {
            for (int round = 0; round < BREAKS; round++) {
                // when
                faults.breakSomeLinks(random, BROKEN_SHARE);
                traffic.passSome();
                faults.mendLinks();
                traffic.passSome();
            }
            faults.healNetwork();
        });
    }

    @Test
    void survivesADeadOwnerWhoseSuccessorCannotReachBookies() {
        Scenario.of("successor-without-bookies", cluster, faults, traffic -> {
            // when
            faults.cutFromBookies(1, BOTH_WAYS);
            faults.killNode(0);
            traffic.flow(ALL_TO_ONE);
            traffic.flowToGroup();
            // then
            assertThat(faults.ownedBy(1)).isZero();
            assertThat(probe.requireAnswers("successor-without-bookies", 1, ANSWERED))
                    .allMatch(Probe.Reply::stored);
            faults.mendLinks();
            faults.restartNode(0);
            faults.healNetwork();
        });
    }

    @Test
    void survivesTheDeathOfAnOwnerWhileEverythingIsSlow() {
        Scenario.of("everything-slow-and-owner-killed", cluster, faults, traffic -> {
            // when
            faults.slowEverything(LATENCY, STALL_CHANCE, LONGEST_STALL);
            faults.killNode(2);
            traffic.flow();
            traffic.flowToGroup();
            faults.mendLinks();
            faults.restartNode(2);
            faults.healNetwork();
        });
    }

    @Test
    void survivesAnOwnerWithoutZooKeeperAndABookieThatIsCutOffAtOnce() {
        Scenario.of("owner-without-zookeeper-and-bookie-cut-off", cluster, faults, traffic -> {
            // when
            faults.cutBookie(2, BOTH_WAYS);
            int coordinator = faults.coordinator(traffic.group());
            faults.cutFromZooKeeper(coordinator);
            long leftNanos = System.nanoTime();
            traffic.flowToGroup(READ_AGAIN);
            System.out.println("chaos owner-without-zookeeper-and-bookie-cut-off: the group had all partitions again "
                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - leftNanos)
                    + " ms after its coordinator had left");
            traffic.flow();
            // then
            assertThat(traffic.readablePartitions(cluster.http((coordinator + 1) % cluster.nodeCount())))
                    .as("partitions that can be read from their beginning")
                    .isEqualTo(6);
            faults.healNetwork();
        });
    }
}
