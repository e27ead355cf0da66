package io.barnabas.broker.group;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.group.Resident.Tie;
import io.barnabas.broker.peer.PeerNews;
import io.barnabas.cluster.ClusterView;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The members that live on this node, and the news that they are told through. Thread-safe. */
final class Residents implements PeerNews.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

    private final Executor notices;
    private final Runnable opened;
    private final Map<Key, Resident> residents = new ConcurrentHashMap<>();

    /** Of the news that flow, by the node they come from. */
    private final Map<Integer, Long> sessions = new ConcurrentHashMap<>();

    private final AtomicLong lastNumber = new AtomicLong();

    /** @param opened called when news begin to flow, so that whoever waits for it looks again */
    Residents(Executor notices, Runnable opened) {
        this.notices = requireNonNull(notices, "notices");
        this.opened = requireNonNull(opened, "opened");
    }

    private record Key(String group, String memberId) {}

    /** The member, which is made when there is none. */
    Resident enter(String group, String memberId) {
        return residents.computeIfAbsent(new Key(group, memberId), key -> new Resident(group, memberId, notices));
    }

    Optional<Resident> find(String group, String memberId) {
        return Optional.ofNullable(residents.get(new Key(group, memberId)));
    }

    void forget(Resident resident) {
        residents.remove(new Key(resident.group(), resident.memberId()), resident);
    }

    long nextNumber() {
        return lastNumber.incrementAndGet();
    }

    OptionalLong session(int nodeId) {
        Long session = sessions.get(nodeId);
        return session == null ? OptionalLong.empty() : OptionalLong.of(session);
    }

    int count() {
        return residents.size();
    }

    /** @param owner who coordinates a group now, where that is known */
    void viewChanged(ClusterView view, BiFunction<ClusterView, String, OptionalInt> owner) {
        for (Resident resident : List.copyOf(residents.values())) {
            if (resident.tie() instanceof Tie.Tied tied && tied.session().isPresent()) {
                OptionalInt now = owner.apply(view, resident.group());
                if (now.isPresent() && now.getAsInt() != tied.nodeId()) {
                    resident.lose(tied.nodeId(), "node " + now.getAsInt() + " coordinates the group now");
                }
            }
        }
    }

    @Override
    public void opened(int fromNode, long session) {
        sessions.put(fromNode, session);
        opened.run();
    }

    @Override
    public void broken(int fromNode) {
        sessions.remove(fromNode);
        for (Resident resident : List.copyOf(residents.values())) {
            resident.lose(fromNode, "the connection to the coordinator, node " + fromNode + ", broke");
        }
    }

    @Override
    public void news(int fromNode, ByteBuffer message) {
        GroupNews news;
        try {
            news = GroupNews.decode(message);
        } catch (BarnabasException e) { // of a newer release; what it meant is asked for anew
            LOG.warn("News of a group cannot be read node={} reason={}", fromNode, e.getMessage());
            broken(fromNode);
            return;
        }
        find(news.group(), news.memberId()).ifPresent(resident -> resident.news(news));
    }
}
