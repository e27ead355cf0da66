package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerNews;
import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Node;
import io.barnabas.group.Home;
import io.barnabas.group.Homes;
import io.barnabas.group.JournaledGroupCoordinator;
import io.barnabas.group.Timers;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of this node's groups that live on other nodes, and the nodes that members live on. Thread-safe.
 *
 * <p>When a node is gone, out of the cluster and silent, its sockets are gone too: its members leave at once, and nobody
 * waits for their session time-out. A node that is out of the cluster but still takes its news has lost ZooKeeper alone:
 *
 * <ul>
 *   <li>members that joined here stay, for their node asks and tells them as before;
 *   <li>members that the journal knows from an earlier coordinator, which may have been their home itself, have
 *       {@link RoutingSettings#absenceMs}: without ZooKeeper their node does not learn who coordinates now, and they
 *       cannot join here before it is back in the cluster.
 * </ul>
 *
 * <p>Of this node's own members those are there that live here now: those of a run before are not.
 */
final class Distants implements PeerNews.Listener, Homes {
    private static final Logger LOG = LoggerFactory.getLogger(Distants.class);

    private final JournaledGroupCoordinator coordinator;
    private final PeerNews news;
    private final Supplier<ClusterView> view;
    private final BiPredicate<String, String> residents;
    private final RoutingSettings settings;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final Map<Key, Distant> distants = new ConcurrentHashMap<>();

    /** Under which other nodes take news, by node. */
    private final Map<Integer, Long> sessions = new ConcurrentHashMap<>();

    /** Since when nodes are out of the cluster that members live on. */
    private final Map<Integer, Long> absentSinceNanos = new ConcurrentHashMap<>();

    /**
     * Knows of nobody yet.
     *
     * @param residents whether the member of this group lives on this node now
     * @param timers when homes are to be looked at again
     */
    Distants(
            JournaledGroupCoordinator coordinator,
            PeerNews news,
            Supplier<ClusterView> view,
            BiPredicate<String, String> residents,
            RoutingSettings settings,
            Timers timers,
            LongSupplier nanoTime) {
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.news = requireNonNull(news, "news");
        this.view = requireNonNull(view, "view");
        this.residents = requireNonNull(residents, "residents");
        this.settings = requireNonNull(settings, "settings");
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    /** Of the view that was told last; touched by the cluster's event thread alone. */
    private Map<Integer, Node> nodes = Map.of();

    private record Key(String group, String memberId) {}

    /**
     * A member of that node is about to join.
     *
     * @throws BarnabasException {@code PEER_UNREACHABLE} when the node does not take news under the session it names
     */
    Distant enter(int fromNode, GroupCall.Join join) {
        Long session = sessions.get(fromNode);
        if (session == null || session != join.session()) {
            throw new BarnabasException(
                    ErrorCode.PEER_UNREACHABLE,
                    "node " + fromNode + " does not take news under session " + join.session() + " here");
        }
        Distant next = new Distant(fromNode, join, news, this::forget);
        // A join that is sent again keeps its listener, which would be told else that the member is elsewhere now.
        return distants.compute(key(next), (key, known) -> known != null && known.same(next) ? known : next);
    }

    void forget(Distant distant) {
        distants.remove(key(distant), distant);
    }

    /** The member leaves, of which nothing is told. */
    void forget(String group, String memberId) {
        distants.remove(new Key(group, memberId));
    }

    /**
     * The member as it joined last.
     *
     * @throws BarnabasException {@code REBALANCING} when this is not the join that the node means: it joins again, then
     *     asks again
     */
    Distant require(int fromNode, long number, String group, String memberId) {
        return Optional.ofNullable(distants.get(new Key(group, memberId)))
                .filter(distant -> distant.is(fromNode, number))
                .orElseThrow(() -> new BarnabasException(
                        ErrorCode.REBALANCING, "member '" + memberId + "' has to join group '" + group + "' again"));
    }

    /**
     * What to journal as the home of a member that joins from that node. Nothing while there is a node that does not say
     * its run: its release does not read homes, and it may be the next coordinator.
     */
    Optional<Home> home(int nodeId) {
        Map<Integer, Node> nodes = view.get().nodes();
        boolean allReadHomes =
                nodes.values().stream().noneMatch(node -> node.run().isEmpty());
        return settings.journalHomes() && allReadHomes
                ? Optional.ofNullable(nodes.get(nodeId)).map(node -> new Home(nodeId, node.run()))
                : Optional.empty();
    }

    @Override
    public boolean gone(String group, String memberId, Home home) {
        ClusterView now = view.get();
        int nodeId = home.nodeId();
        if (nodeId == now.thisNodeId()) {
            return !residents.test(group, memberId);
        }
        Node node = now.nodes().get(nodeId);
        Long session = sessions.get(nodeId);
        Distant distant = distants.get(new Key(group, memberId));
        boolean told = distant != null
                && distant.nodeId() == nodeId
                && session != null
                && session == distant.session(); // by the run that joined, which the view may not have shown then
        if (node == null) {
            return session == null || (!told && absentForLong(nodeId));
        }
        return !told && !node.run().isEmpty() && !node.run().equals(home.run());
    }

    /** Counts from when it was noticed; when the time is over all homes are looked at again. */
    private boolean absentForLong(int nodeId) {
        long now = nanoTime.getAsLong();
        Long since = absentSinceNanos.putIfAbsent(nodeId, now);
        if (since == null) {
            timers.schedule(settings.absenceMs(), coordinator::homesChanged);
            return false;
        }
        return now - since >= TimeUnit.MILLISECONDS.toNanos(settings.absenceMs());
    }

    int count() {
        return distants.size();
    }

    void viewChanged() {
        removeWhoIsGone();
        Map<Integer, Node> now = view.get().nodes();
        absentSinceNanos.keySet().removeAll(now.keySet());
        if (!now.equals(nodes)) { // most changes are of partitions
            nodes = now;
            coordinator.homesChanged();
        }
    }

    @Override
    public void began(int nodeId, long session) {
        sessions.put(nodeId, session);
    }

    @Override
    public void ended(int nodeId, long session) {
        sessions.remove(nodeId, session);
        removeWhoIsGone();
        coordinator.homesChanged();
    }

    private void removeWhoIsGone() {
        Map<Integer, ?> nodes = view.get().nodes();
        for (Distant distant : List.copyOf(distants.values())) {
            if (!nodes.containsKey(distant.nodeId()) && !sessions.containsKey(distant.nodeId())) {
                forget(distant);
                LOG.info(
                        "Member goes with its node group={} member={} node={}",
                        distant.group(),
                        distant.memberId(),
                        distant.nodeId());
                coordinator.leave(distant.group(), distant.memberId()).whenComplete((done, failure) -> {
                    if (failure != null) { // then its session runs out
                        LOG.debug("Member of a gone node could not leave member={}", distant.memberId(), failure);
                    }
                });
            }
        }
    }

    private static Key key(Distant distant) {
        return new Key(distant.group(), distant.memberId());
    }
}
