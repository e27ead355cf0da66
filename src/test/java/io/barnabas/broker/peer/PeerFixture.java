package io.barnabas.broker.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Node;
import io.barnabas.record.ErrorCode;
import io.barnabas.testing.PeerServer;
import io.barnabas.testing.relay.TcpRelay;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Nodes of one cluster that call each other over real HTTP in one process. */
final class PeerFixture implements AutoCloseable {
    static final PeerSettings SETTINGS =
            new PeerSettings(4, 1_000, 5_000, 8, 1 << 20, 1 << 20, 4 << 20, 300, 1_000, 100, 64 << 10);

    final List<Member> members = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final AtomicLong sessions = new AtomicLong(100);
    private final Map<Integer, Node> nodes = new ConcurrentHashMap<>();

    /** A node that shows a credential of this secret. */
    Member join(int id, String secret) {
        Member member = new Member(id, PeerServer.start(), secret);
        members.add(member);
        nodes.put(id, new Node(id, member.server.url()));
        announce();
        return member;
    }

    Member join(int id) {
        return join(id, "secret of the cluster");
    }

    /** A node that others ask over this link. */
    Member joinBehind(int id, Function<Integer, TcpRelay> link) {
        Member member = new Member(id, PeerServer.start(), "secret of the cluster");
        members.add(member);
        TcpRelay relay = link.apply(member.server.url().getPort());
        nodes.put(id, new Node(id, URI.create("http://127.0.0.1:" + relay.port())));
        announce();
        return member;
    }

    /** A node that asks nobody for news by itself. */
    Member joinDeaf(int id) {
        Member member = new Member(id, PeerServer.start(), "secret of the cluster");
        member.news.close();
        nodes.put(id, new Node(id, member.server.url()));
        announce();
        return member;
    }

    /** The node ends without a word; the others see it in the next view. */
    void lose(Member member) {
        crash(member);
        nodes.remove(member.id);
        announce();
    }

    /** The node answers nothing and breaks no connection; the others see in the next view that it is not there. */
    void forget(Member member) {
        members.remove(member);
        nodes.remove(member.id);
        announce();
    }

    /** The node ends without a word, and nobody is told. */
    void crash(Member member) {
        members.remove(member);
        member.news.close();
        member.server.close();
    }

    private void announce() {
        members.forEach(member -> {
            member.calls.viewChanged(view(member.id));
            member.news.viewChanged(view(member.id));
        });
    }

    ClusterView view(int of) {
        return new ClusterView("test", of, new TreeMap<>(nodes), OptionalInt.empty(), new TreeMap<>(), Map.of());
    }

    @Override
    public void close() {
        members.forEach(this::crash);
        timers.shutdownNow();
        pool.shutdownNow();
    }

    /** One node. */
    final class Member implements PeerEvents {
        final int id;
        final PeerServer server;
        final PeerDesk desk;
        final HttpPeerCalls calls;
        final LongPollNews news;
        final Heard heard = new Heard();
        final List<PeerOperation> forwarded = new CopyOnWriteArrayList<>();

        private Member(int id, PeerServer server, String secret) {
            this.id = id;
            this.server = server;
            PeerCredential credential = new PeerCredential(secret::getBytes, () -> "test");
            desk = new PeerDesk(credential, () -> view(id), SETTINGS);
            calls = new HttpPeerCalls(() -> view(id), credential, SETTINGS, timers, pool, System::nanoTime, this);
            news = new LongPollNews(calls, desk, SETTINGS, timers, pool, System::nanoTime, sessions::incrementAndGet);
            news.listen(PeerNews.Subject.GROUP, heard);
            server.serve(desk);
        }

        @Override
        public void forwarded(PeerOperation operation, Optional<ErrorCode> failure, long nanos) {
            forwarded.add(operation);
        }
    }

    /** Writes down what a listener hears. */
    static final class Heard implements PeerNews.Listener {
        private final List<String> events = new ArrayList<>();
        private final Map<Integer, Long> toldTo = new ConcurrentHashMap<>();

        synchronized Collection<String> events() {
            return List.copyOf(events);
        }

        /** The session under which a node takes news from here, or null. */
        Long sessionOf(int node) {
            return toldTo.get(node);
        }

        private synchronized void add(String event) {
            events.add(event);
        }

        @Override
        public void opened(int fromNode, long session) {
            add("opened " + fromNode);
        }

        @Override
        public void news(int fromNode, ByteBuffer message) {
            add("news " + fromNode + " " + UTF_8.decode(message));
        }

        @Override
        public void broken(int fromNode) {
            add("broken " + fromNode);
        }

        @Override
        public void began(int nodeId, long session) {
            toldTo.put(nodeId, session);
        }

        @Override
        public void ended(int nodeId, long session) {
            toldTo.remove(nodeId, session);
        }
    }
}
