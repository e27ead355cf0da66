package io.barnabas.cluster;

import io.barnabas.group.SimulatedCoordinator;
import io.barnabas.record.TopicPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A cluster in one thread, with a virtual clock, from one seed: nodes that crash, freeze, wake, drain, join and lose
 * their ZooKeeper or the store, a store that goes and comes, producers, and a group of consumers. The same seed gives the same history. After every step it holds
 * that
 *
 * <ul>
 *   <li>a ledger is written by the node that opened it alone, and no acknowledged record is lost or moved;
 *   <li>a node writes only under a claim of the session it believes in, and claims only what it was assigned;
 *   <li>assignments are written by the latest leader alone;
 *   <li>what a node has that cannot store goes only to nodes that have stored since it said so;
 *   <li>epochs rise by one;
 *   <li>a partition has one reader in a generation of the group;
 *   <li>committed offsets never go back and are never forgotten.
 * </ul>
 *
 * At the end all faults are healed, and everything must be served and in balance again.
 */
final class Simulation {
    static final long SESSION_MS = 3_000;
    static final long HAND_OVER_WAIT_MS = 1_500;
    static final long ABSENCE_MS = 300;
    static final int MOVES_IN_FLIGHT = 2;
    static final Topic GROUPS = new Topic("__groups", new UUID(0, 1), 1, Map.of());
    static final Topic ORDERS = new Topic("orders", new UUID(0, 2), 5, Map.of());
    static final Topic BILLS = new Topic("bills", new UUID(0, 3), 3, Map.of());
    static final PartitionKey JOURNAL = new PartitionKey(GROUPS.id(), 0);
    static final List<Topic> TOPICS = List.of(GROUPS, ORDERS, BILLS);
    private static final long STEP_MS = 50;
    private static final long FAULTY_MS = 25_000;
    private static final long HEALING_MS = 30_000;

    final Random random;
    final Set<PlantedBug> bugs;
    final SimulatedZooKeeper zooKeeper = new SimulatedZooKeeper(SESSION_MS, this::changed);
    final SimulatedLogs logs;
    long nowMs = 1_000;

    /** Whether nobody reaches the store. */
    boolean storeAway;

    /** When which change of a registration was seen first. */
    private final Map<Long, Long> changedMs = new HashMap<>();

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::atMs).thenComparingLong(Event::number));
    private final SortedMap<Integer, SimulatedNode> nodes = new TreeMap<>();
    private final SimulatedConsumers consumers = new SimulatedConsumers(this);
    private long eventCount;
    private long uuids;
    private long leader = -1;
    private int faults;

    /** Something that happens at its time. */
    private record Event(long atMs, long number, Runnable action) {}

    Simulation(long seed, Set<PlantedBug> bugs) {
        this.random = new Random(seed);
        this.bugs = bugs;
        this.logs = new SimulatedLogs(bugs);
    }

    /** What came of a whole run. */
    record Report(int faults, int acknowledged, int committed) {}

    Report run() {
        long admin = zooKeeper.open(Long.MAX_VALUE / 2);
        TOPICS.forEach(topic -> zooKeeper.write(
                admin, List.of(SimulatedZooKeeper.Write.create(SimulatedZooKeeper.PATHS.topic(topic.name()), topic))));
        for (int id = 1; id <= 4; id++) {
            nodes.put(id, new SimulatedNode(id, this));
            nodes.get(id).start();
        }
        consumers.join(3);
        until(nowMs + FAULTY_MS, true);
        heal();
        until(nowMs + HEALING_MS, false);
        requireHealthy();
        return new Report(faults, logs.acknowledgedCount(), consumers.committedCount());
    }

    void after(long waitMs, Runnable action) {
        events.add(new Event(nowMs + waitMs, eventCount++, action));
    }

    private void until(long endMs, boolean faulty) {
        for (long stepMs = nowMs; stepMs < endMs; stepMs += STEP_MS) {
            while (!events.isEmpty() && events.peek().atMs() <= stepMs) {
                Event event = events.poll();
                nowMs = Math.max(nowMs, event.atMs());
                event.action().run();
            }
            nowMs = stepMs;
            zooKeeper.timePasses(nowMs);
            elect();
            produce();
            consumers.step(faulty);
            if (faulty && random.nextInt(12) == 0) {
                fault();
            }
        }
    }

    private void changed(String path) {
        zooKeeper.read(path).ifPresent(document -> changedMs.put(document.changeId(), nowMs));
        nodes.values().forEach(node -> node.changed(path));
    }

    private void elect() {
        String folder = SimulatedZooKeeper.PATHS.controller() + "/";
        leader = zooKeeper.paths().stream()
                .filter(path -> path.startsWith(folder))
                .mapToLong(path -> Long.parseLong(ZkPaths.leaf(path)))
                .min()
                .orElse(-1);
        if (random.nextInt(4) == 0) {
            nodes.values().stream().filter(node -> node.alive).forEach(node -> node.elected(leader));
        }
    }

    // ---- Faults

    private void fault() {
        SimulatedNode node = nodes.get(1 + random.nextInt(nodes.size()));
        faults++;
        switch (random.nextInt(10)) {
            case 0 -> crashFor(node, 200 + random.nextInt(6_000));
            case 1, 2, 3 -> pauseFor(node, 100 + random.nextInt(7_000));
            case 4, 5 -> cutFor(node, 100 + random.nextInt(6_000));
            case 6 -> drain(node);
            case 7 -> wallFor(node, 100 + random.nextInt(6_000));
            case 8 -> takeStoreFor(100 + random.nextInt(3_000));
            default -> {
                if (node.alive && !node.paused) {
                    node.stop();
                    after(500 + random.nextInt(3_000), () -> restart(node));
                }
            }
        }
    }

    private void crashFor(SimulatedNode node, long waitMs) {
        if (node.alive) {
            node.crash();
            after(waitMs, () -> restart(node));
        }
    }

    private void restart(SimulatedNode node) {
        if (!node.alive) {
            node.start();
        }
    }

    private void pauseFor(SimulatedNode node, long waitMs) {
        if (node.alive && !node.paused) {
            node.paused = true;
            after(waitMs, node::wake);
        }
    }

    private void cutFor(SimulatedNode node, long waitMs) {
        node.cut = true;
        after(waitMs, () -> node.cut = false);
    }

    private void wallFor(SimulatedNode node, long waitMs) {
        node.storage().walled = true;
        after(waitMs, () -> node.storage().walled = false);
    }

    private void takeStoreFor(long waitMs) {
        storeAway = true;
        after(waitMs, () -> storeAway = false);
    }

    private void drain(SimulatedNode node) {
        if (node.alive && !node.paused && !node.draining) {
            node.drain();
            after(2_500, () -> {
                if (node.alive && !node.paused && node.draining) {
                    node.stop();
                    after(500, () -> restart(node));
                }
            });
        }
    }

    private void heal() {
        storeAway = false;
        nodes.values().forEach(node -> {
            node.storage().walled = false;
            node.cut = false;
            node.wake();
            if (node.alive && node.draining) {
                node.stop();
            }
            restart(node);
        });
    }

    // ---- Clients

    private void produce() {
        Topic topic = random.nextBoolean() ? ORDERS : BILLS;
        PartitionKey key = new PartitionKey(topic.id(), random.nextInt(topic.partitionCount()));
        Object record = new Object();
        toOwner(key, node -> node.append(key, record));
    }

    /** Sends a request to whoever some node believes to be the owner. */
    void toOwner(PartitionKey key, Consumer<SimulatedNode> request) {
        SimulatedNode asked = nodes.get(1 + random.nextInt(nodes.size()));
        OptionalInt owner = asked.alive ? asked.ownerOf(key) : OptionalInt.empty();
        owner.ifPresent(id -> {
            SimulatedNode node = nodes.get(id);
            if (node != null && node.alive) {
                node.receive(() -> request.accept(node));
            }
        });
    }

    @SuppressWarnings("unchecked") // the journal's records are what the coordinator made
    SimulatedCoordinator coordinator(SimulatedNode node, SimulatedCoordinator.Journal journal) {
        List<List<SimulatedCoordinator.Entry>> journaled = new ArrayList<>();
        logs.visible(JOURNAL).forEach(batch -> journaled.add((List<SimulatedCoordinator.Entry>) batch));
        Map<String, Integer> topics = new HashMap<>();
        TOPICS.forEach(topic -> topics.put(topic.name(), topic.partitionCount()));
        SimulatedCoordinator made =
                new SimulatedCoordinator(journaled, topics, () -> new UUID(1, ++uuids), journal, consumers, nowMs);
        consumers.loaded(made.committed(SimulatedConsumers.GROUP));
        return made;
    }

    static PartitionKey key(TopicPartition partition) {
        Topic topic = TOPICS.stream()
                .filter(known -> known.name().equals(partition.topic()))
                .findFirst()
                .orElseThrow();
        return new PartitionKey(topic.id(), partition.partition());
    }

    // ---- Promises

    void claimed(PartitionKey key, int nodeId) {
        Object wanted = zooKeeper
                .read(SimulatedZooKeeper.PATHS.assignment(key.topicId()))
                .orElseThrow()
                .value();
        if (((SimulatedMirror.Wanted) wanted).nodes().get(key.partition()) != nodeId) {
            throw new BrokenPromise("node " + nodeId + " claimed " + key + ", which is assigned to another");
        }
    }

    void assigned(int termVersion) {
        int latest = zooKeeper
                .read(SimulatedZooKeeper.PATHS.controllerEpoch())
                .orElseThrow()
                .version();
        if (termVersion != latest) {
            throw new BrokenPromise("a leader of an earlier term wrote an assignment");
        }
    }

    /** A leader wants this. */
    void planned(Snapshot seen, ControllerPlan plan) {
        for (ControllerPlan.Assignment assignment : plan.assignments()) {
            List<Integer> before = seen.assigned(assignment.topic().value().id());
            for (int p = 0; p < before.size(); p++) {
                Snapshot.Registered from = seen.nodes().get(before.get(p));
                int to = assignment.wanted().get(p);
                if (from != null
                        && !from.draining()
                        && from.storage().state() == StorageState.IMPAIRED
                        && to != before.get(p)
                        && nodes.get(to).storage().lastReachedMs() < changedMs.get(from.changeId())) {
                    throw new BrokenPromise("a partition of node " + before.get(p)
                            + ", which cannot store, goes to node " + to + ", which has not stored since");
                }
            }
        }
    }

    /** A node is about to write: it must believe in the session under which it claimed, if it is still its claim. */
    void writes(SimulatedNode node, PartitionKey key, int epoch, long session) {
        zooKeeper.read(SimulatedZooKeeper.PATHS.part(key)).ifPresent(found -> {
            PartDocument part = (PartDocument) found.value();
            if (part.epoch() == epoch && part.owner() == node.id && part.session() != session) {
                throw new BrokenPromise(
                        "node " + node.id + " writes to " + key + " under a claim of an earlier session");
            }
        });
    }

    private void requireHealthy() {
        Map<Integer, Integer> counts = new TreeMap<>();
        nodes.keySet().forEach(id -> counts.put(id, 0));
        for (Topic topic : TOPICS) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                PartitionKey key = new PartitionKey(topic.id(), p);
                List<SimulatedNode> owners =
                        nodes.values().stream().filter(node -> node.owns(key)).toList();
                if (owners.size() != 1) {
                    throw new NotHealed(
                            topic.name() + "-" + p + " has " + owners.size() + " owners in the end: " + nodes.values());
                }
                counts.merge(owners.get(0).id, 1, Integer::sum);
            }
        }
        int most = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        int least = counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        if (most - least > 1) {
            throw new NotHealed("partitions are not in balance in the end: " + nodes.values());
        }
        Optional<String> state = nodes.values().stream()
                .flatMap(node -> node.coordinator().stream())
                .map(groups -> groups.state(SimulatedConsumers.GROUP))
                .findFirst();
        if (!state.equals(Optional.of("Stable"))) {
            throw new NotHealed("the group is " + state + " in the end: " + nodes.values());
        }
        consumers.requireAllRead();
    }
}
