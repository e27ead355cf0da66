package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.barnabas.testing.Http;
import io.barnabas.testing.ProcessCluster;
import io.barnabas.testing.RelayedNetwork;
import io.barnabas.testing.RelayedNetwork.Need;
import io.barnabas.testing.relay.LinkState.Way;
import io.barnabas.testing.relay.TcpRelay;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What is done to the processes of a cluster and the links between them, and how it is made good again. Confined to one thread. */
final class Faults {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final int CLEAN_STOP = 143;

    private final ProcessCluster cluster;

    /** What does not run, or not as it should. */
    private final Set<Integer> deadNodes = new TreeSet<>();

    private final Set<Integer> pausedNodes = new TreeSet<>();
    private final Set<Integer> deadBookies = new TreeSet<>();
    private final Set<Integer> deadZooKeepers = new TreeSet<>();

    /** Those whose word on the cluster is old. */
    private final Set<Integer> nodesWithoutZooKeeper = new TreeSet<>();

    private boolean networkHurt;
    private int count;

    Faults(ProcessCluster cluster) {
        this.cluster = cluster;
    }

    /** How many there were since this was asked last. */
    int takeCount() {
        int taken = count;
        count = 0;
        return taken;
    }

    void killNode(int id) {
        count++;
        deadNodes.add(id);
        cluster.node(id).kill9();
    }

    /** Asks it to end; it hands over what it has. */
    void stopNode(int id) {
        count++;
        deadNodes.add(id);
        assertThat(cluster.node(id).stop()).as("exit code of a clean stop").isEqualTo(CLEAN_STOP);
    }

    /** Starts it again and waits until it has its share. */
    void restartNode(int id) {
        cluster.restart(id);
        deadNodes.remove(id);
        awaitWhole();
    }

    /** Stops it from running, and waits until the others have noticed. */
    void pauseNode(int id) {
        count++;
        pausedNodes.add(id);
        cluster.node(id).pause();
        await().atMost(SOON).ignoreExceptions().until(() -> !liveNodes().contains(id));
    }

    void wakeNode(int id) {
        cluster.node(id).proceed();
        pausedNodes.remove(id);
        awaitWhole();
    }

    void killBookie(int index) {
        count++;
        deadBookies.add(index);
        cluster.bookie(index).kill9();
    }

    void restartBookie(int index) {
        cluster.restartBookie(index);
        deadBookies.remove(index);
    }

    int killZooKeeper(int index) {
        count++;
        deadZooKeepers.add(index);
        cluster.zooKeeper().server(index).kill9();
        return index;
    }

    void restartZooKeeper(int index) {
        cluster.zooKeeper().restart(index);
        deadZooKeepers.remove(index);
    }

    /** Drops what a node and ZooKeeper say to each other, and waits until the other nodes have noticed. */
    void cutFromZooKeeper(int node) {
        nodesWithoutZooKeeper.add(node);
        hurt(network().from(node, Need.ZOOKEEPER), TcpRelay::swallow);
        await().atMost(SOON).ignoreExceptions().until(() -> !liveNodes().contains(node));
    }

    /** Drops what all nodes and a bookie say to each other, these ways. */
    void cutBookie(int index, Way... ways) {
        hurt(network().toServer(Need.BOOKIE, index), relay -> relay.swallow(ways));
    }

    /** Drops what a node and all bookies say to each other, these ways. */
    void cutFromBookies(int node, Way... ways) {
        hurt(network().from(node, Need.BOOKIE), relay -> relay.swallow(ways));
    }

    /** Drops what other nodes ask of this one, or what it answers, or both; it can still ask them. */
    void hideFromNodes(int node, Way... ways) {
        hurt(network().toServer(Need.NODE, node), relay -> relay.swallow(ways));
    }

    /** Breaks every connection of some links, and refuses new ones. */
    void breakSomeLinks(Random random, double share) {
        hurt(
                network().all().stream()
                        .filter(relay -> random.nextDouble() < share)
                        .toList(),
                TcpRelay::refuse);
    }

    /** Makes every link whole, and waits for nothing. */
    void mendLinks() {
        network().heal();
    }

    /** Makes every link late, and lets it stall now and then. */
    void slowEverything(Duration latency, double stallChance, Duration longestStall) {
        hurt(network().all(), relay -> relay.slow(latency, stallChance, longestStall));
    }

    private void hurt(Collection<TcpRelay> links, Consumer<TcpRelay> fault) {
        count++;
        networkHurt = true;
        links.forEach(fault);
    }

    /** Makes every link whole and waits until every node has its share. */
    void healNetwork() {
        network().heal();
        networkHurt = false;
        nodesWithoutZooKeeper.clear();
        awaitWhole();
    }

    private RelayedNetwork network() {
        return cluster.network();
    }

    /** Whatever a scenario that failed has left. */
    void heal() {
        if (networkHurt) {
            mendLinks();
            networkHurt = false;
            nodesWithoutZooKeeper.clear();
        }
        pausedNodes.forEach(id -> cluster.node(id).proceed());
        pausedNodes.clear();
        new HashSet<>(deadZooKeepers).forEach(this::restartZooKeeper);
        new HashSet<>(deadBookies).forEach(this::restartBookie);
        new HashSet<>(deadNodes).forEach(id -> {
            cluster.restart(id);
            deadNodes.remove(id);
        });
        awaitWhole();
    }

    /** The node that leads the cluster. */
    int controller() {
        JsonNode controller = state().path("controller");
        assertThat(controller.isInt()).as("somebody leads").isTrue();
        return controller.asInt();
    }

    /** The node that coordinates a group: the owner of its partition of the journal. */
    int coordinator(String group) {
        JsonNode state = state();
        int journalPartitions = 0;
        for (JsonNode owner : state.path("owners")) {
            journalPartitions += isJournal(owner) ? 1 : 0;
        }
        int partition = Math.floorMod(group.hashCode(), journalPartitions);
        for (JsonNode owner : state.path("owners")) {
            if (isJournal(owner) && owner.path("partition").asInt() == partition) {
                return owner.path("node").asInt();
            }
        }
        throw new AssertionError("nobody coordinates " + group + ": " + state);
    }

    /** By partition, under which epoch it is owned. */
    Map<String, Long> epochs() {
        Map<String, Long> epochs = new TreeMap<>();
        for (JsonNode owner : state().path("owners")) {
            epochs.put(
                    owner.path("topic").asText() + "-" + owner.path("partition").asInt(),
                    owner.path("epoch").asLong());
        }
        return epochs;
    }

    /** Waits until every node says this of the storage that they share. */
    void awaitStorage(String storage) {
        await().atMost(SOON).ignoreExceptions().until(() -> {
            for (JsonNode node : state().path("nodes")) {
                if (!node.path("storage").asText().equals(storage)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** How many partitions a node owns. */
    long ownedBy(int node) {
        long owned = 0;
        for (JsonNode owner : state().path("owners")) {
            owned += owner.path("node").asInt() == node ? 1 : 0;
        }
        return owned;
    }

    /** Waits until a node owns something. */
    void awaitOwner(int node) {
        await().atMost(SOON).ignoreExceptions().until(() -> ownedBy(node) > 0);
    }

    private static boolean isJournal(JsonNode owner) {
        return owner.path("topic").asText().equals("__barnabas_groups");
    }

    /** Waits until all nodes live and every partition is served by a node that lives. */
    void awaitWhole() {
        await().atMost(SOON).ignoreExceptions().untilAsserted(() -> {
            JsonNode state = state();
            assertThat(liveNodes()).hasSize(cluster.nodeCount());
            for (JsonNode topic : cluster.http(0).get("topics").expect(200).json()) {
                awaitServed(topic.asText());
            }
            assertThat(state.path("controller").isInt()).isTrue();
        });
    }

    private void awaitServed(String topic) {
        int partitions = cluster.http(0)
                .get("topics/" + topic)
                .expect(200)
                .json()
                .path("partitions")
                .size();
        for (int partition = 0; partition < partitions; partition++) {
            cluster.http(0)
                    .get("topics/" + topic + "/partitions/" + partition + "/offsets")
                    .expect(200);
        }
    }

    private Set<Integer> liveNodes() {
        Set<Integer> live = new TreeSet<>();
        state().path("nodes").forEach(node -> live.add(node.path("id").asInt()));
        return live;
    }

    /** As a node says that runs and sees ZooKeeper. */
    private JsonNode state() {
        int asked = IntStream.range(0, cluster.nodeCount())
                .filter(id ->
                        !deadNodes.contains(id) && !pausedNodes.contains(id) && !nodesWithoutZooKeeper.contains(id))
                .findFirst()
                .orElseThrow();
        Http node = cluster.http(asked);
        return node.get("cluster").expect(200).json();
    }
}
