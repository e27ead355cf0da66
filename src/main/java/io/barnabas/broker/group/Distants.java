package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerNews;
import io.barnabas.cluster.ClusterView;
import io.barnabas.group.GroupCoordinator;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of this node's groups that live on other nodes. Thread-safe.
 *
 * <p>When a node is gone, out of the cluster and silent, its sockets are gone too: its members leave at once, and nobody
 * waits for their session time-out. A node that is out of the cluster but still takes its news has lost ZooKeeper alone,
 * and its members stay.
 */
final class Distants implements PeerNews.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Distants.class);

    private final GroupCoordinator coordinator;
    private final PeerNews news;
    private final Supplier<ClusterView> view;
    private final Map<Key, Distant> distants = new ConcurrentHashMap<>();

    /** Under which other nodes take news, by node. */
    private final Map<Integer, Long> sessions = new ConcurrentHashMap<>();

    Distants(GroupCoordinator coordinator, PeerNews news, Supplier<ClusterView> view) {
        this.coordinator = requireNonNull(coordinator, "coordinator");
        this.news = requireNonNull(news, "news");
        this.view = requireNonNull(view, "view");
    }

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

    int count() {
        return distants.size();
    }

    void viewChanged() {
        removeWhoIsGone();
    }

    @Override
    public void began(int nodeId, long session) {
        sessions.put(nodeId, session);
    }

    @Override
    public void ended(int nodeId, long session) {
        sessions.remove(nodeId, session);
        removeWhoIsGone();
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
