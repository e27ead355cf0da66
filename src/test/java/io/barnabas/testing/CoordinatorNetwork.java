package io.barnabas.testing;

import io.barnabas.broker.group.CoordinatorRoute;
import io.barnabas.broker.group.GroupJournal;
import io.barnabas.broker.group.RoutedGroupCoordinator;
import io.barnabas.broker.group.RoutingSettings;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Node;
import io.barnabas.cluster.Ownership;
import io.barnabas.cluster.Topic;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.group.GroupEvents;
import io.barnabas.group.GroupSettings;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.record.TopicPartition;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** Coordinators of several nodes in one thread, with a network and journals in memory. */
public final class CoordinatorNetwork {
    public static final String GROUP = "billing";

    public final ManualClock clock = new ManualClock();
    public final ManualScheduler scheduler = new ManualScheduler(clock);
    public final PeerNetwork network = new PeerNetwork();

    private final Topic journal = new Topic(
            GroupCoordinator.JOURNAL_TOPIC, new UUID(0, 1), GroupSettings.DEFAULTS.journalPartitions(), Map.of());
    private final Topic orders = new Topic("orders", new UUID(0, 2), 4, Map.of());
    private final TreeMap<Integer, Node> nodes = new TreeMap<>();
    private final Map<TopicPartition, Ownership> owners = new HashMap<>();
    private final Map<Integer, JournaledGroupCoordinator> locals = new HashMap<>();
    private final Map<Integer, CoordinatorRoute> routes = new HashMap<>();
    private final Map<Integer, RoutedGroupCoordinator> routed = new HashMap<>();
    private final Map<Integer, InMemoryPartitionLog> logs = new HashMap<>();

    /** What a node goes on to see that is out of the cluster. */
    private final Map<Integer, ClusterView> lastViews = new HashMap<>();

    private final AtomicLong uuids = new AtomicLong();
    private final RoutingSettings settings;

    /** Nodes 1 to {@code nodeCount}; the first one owns every journal partition. */
    public CoordinatorNetwork(int nodeCount) {
        this(nodeCount, RoutingSettings.DEFAULTS);
    }

    /** As the other, with settings of all nodes. */
    public CoordinatorNetwork(int nodeCount, RoutingSettings settings) {
        this.settings = settings;
        for (int id = 1; id <= nodeCount; id++) {
            nodes.put(id, node(id, "first"));
            add(id);
        }
        network.connectAll();
        for (int partition = 0; partition < journal.partitionCount(); partition++) {
            logs.put(partition, new InMemoryPartitionLog(key(partition)));
            give(partition, 1);
        }
    }

    private static Node node(int id, String run) {
        return new Node(id, URI.create("http://127.0.0.1:808" + id), "", false, run);
    }

    private void add(int id) {
        JournaledGroupCoordinator local = new JournaledGroupCoordinator(
                GroupSettings.DEFAULTS,
                topic -> topic.equals("orders") ? OptionalInt.of(orders.partitionCount()) : OptionalInt.empty(),
                clock,
                clock::nanoTime,
                scheduler,
                Runnable::run,
                Runnable::run,
                () -> new UUID(0, uuids.incrementAndGet()),
                GroupEvents.NONE);
        PeerNetwork.Endpoint peers = network.node(id);
        CoordinatorRoute route = new CoordinatorRoute(
                local::journalPartition,
                new GroupJournal(journal.partitionCount(), () -> view(id), () -> {
                    throw new AssertionError("the journal is there");
                }),
                () -> view(id),
                peers,
                settings,
                scheduler,
                clock::nanoTime);
        RoutedGroupCoordinator router = new RoutedGroupCoordinator(
                local,
                () -> view(id),
                route,
                peers,
                Runnable::run,
                scheduler,
                clock::nanoTime,
                () -> new UUID(0, uuids.incrementAndGet()));
        peers.handle(PeerOperation.GROUP, router.requests());
        locals.put(id, local);
        routes.put(id, route);
        routed.put(id, router);
    }

    public RoutedGroupCoordinator node(int id) {
        return routed.get(id);
    }

    public JournaledGroupCoordinator local(int id) {
        return locals.get(id);
    }

    public CoordinatorRoute route(int id) {
        return routes.get(id);
    }

    public ClusterView view(int id) {
        if (lastViews.containsKey(id)) {
            return lastViews.get(id);
        }
        TreeMap<String, Topic> topics = new TreeMap<>(Map.of(journal.name(), journal, orders.name(), orders));
        return new ClusterView("test", id, nodes, OptionalInt.of(1), topics, owners);
    }

    public int partition() {
        return local(1).journalPartition(GROUP);
    }

    public InMemoryPartitionLog log() {
        return logs.get(partition());
    }

    /** The group's coordinator moves in good order. */
    public void move(int to) {
        int partition = partition();
        Ownership before = owners.get(key(partition));
        owners.remove(key(partition));
        routed.get(before.nodeId()).unload(partition);
        tellView();
        take(partition, to);
    }

    /** A node is out of the cluster, but goes on as if nothing had happened. */
    public void expel(int id) {
        nodes.remove(id);
        tellView();
    }

    /** A node loses ZooKeeper alone: it owns nothing, and learns of nothing that happens from now on. */
    public void isolate(int id) {
        owners.values().removeIf(owner -> owner.nodeId() == id);
        lastViews.put(id, view(id));
        routed.get(id).sessionChanged(Cluster.Session.LOST);
        logs.keySet().forEach(partition -> routed.get(id).unload(partition));
        expel(id);
    }

    /** And is back in the cluster, as the same process. */
    public void admit(int id) {
        lastViews.remove(id);
        nodes.put(id, node(id, "first"));
        routed.get(id).sessionChanged(Cluster.Session.CONNECTED);
        tellView();
    }

    /** A node dies: its calls fail, its news breaks, the cluster forgets it, what it owned has no owner. */
    public void kill(int id) {
        network.kill(id);
        nodes.remove(id);
        owners.values().removeIf(owner -> owner.nodeId() == id);
        tellView();
    }

    /** A node dies and is back before the cluster has missed it; what it owned has no owner. */
    public void restart(int id) {
        network.kill(id);
        nodes.put(id, node(id, "second"));
        owners.values().removeIf(owner -> owner.nodeId() == id);
        network.revive(id);
        add(id);
        tellView();
        network.connectAll();
    }

    /** The cluster shows late that the node was restarted some time ago. */
    public void showRestart(int id) {
        nodes.put(id, node(id, "second"));
        tellView();
    }

    /** The node is of a release whose nodes do not say their run. */
    public void age(int id) {
        nodes.put(id, node(id, ""));
        tellView();
    }

    /** The group is taken over from a node that may not know of it. */
    public void take(int partition, int by) {
        logs.compute(partition, (key, log) -> log.reopened());
        give(partition, by);
        tellView();
    }

    private void give(int partition, int to) {
        InMemoryPartitionLog log = logs.get(partition);
        owners.put(key(partition), new Ownership(to, log.epoch() + 1));
        routed.get(to).load(partition, log);
    }

    /** The group has no owner, without its coordinator knowing. */
    public void orphan() {
        owners.remove(key(partition()));
        tellView();
    }

    public void tellView() {
        nodes.keySet().forEach(id -> routed.get(id).viewChanged(view(id)));
    }

    public void pass(Duration time) {
        scheduler.advance(time);
    }

    public static TopicPartition orders(int number) {
        return new TopicPartition("orders", number);
    }

    private static TopicPartition key(int partition) {
        return new TopicPartition(GroupCoordinator.JOURNAL_TOPIC, partition);
    }
}
