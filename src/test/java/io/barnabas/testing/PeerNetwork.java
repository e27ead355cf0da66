package io.barnabas.testing;

import io.barnabas.broker.peer.PeerCalls;
import io.barnabas.broker.peer.PeerHandler;
import io.barnabas.broker.peer.PeerNews;
import io.barnabas.broker.peer.PeerOperation;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Nodes that call each other and give each other news, in memory and on the calling thread, with the faults a test asks
 * for: a node that is down, answers that get lost, calls that arrive late, news that breaks. For one thread.
 */
public final class PeerNetwork {
    private final Map<Integer, Endpoint> nodes = new TreeMap<>();
    private final Set<Integer> down = new HashSet<>();
    private final Map<Path, Long> sessions = new TreeMap<>();
    private final List<Runnable> late = new ArrayList<>();
    private long lastSession;
    private int lostAnswers;
    private int delayedCalls;
    private int callCount;

    private record Path(int from, int to) implements Comparable<Path> {
        @Override
        public int compareTo(Path other) {
            return from != other.from ? Integer.compare(from, other.from) : Integer.compare(to, other.to);
        }
    }

    /** A node's end of the network. */
    public Endpoint node(int id) {
        return nodes.computeIfAbsent(id, Endpoint::new);
    }

    /** Every two nodes that are up take news from each other. */
    public void connectAll() {
        for (int taker : nodes.keySet()) {
            for (int teller : nodes.keySet()) {
                if (taker != teller && !down.contains(taker) && !down.contains(teller)) {
                    connect(taker, teller);
                }
            }
        }
    }

    /** The taker takes news from the teller, if it does not yet. */
    public void connect(int taker, int teller) {
        if (sessions.containsKey(new Path(teller, taker))) {
            return;
        }
        lastSession++;
        long session = lastSession;
        sessions.put(new Path(teller, taker), session);
        node(teller).listeners().forEach(listener -> listener.began(taker, session));
        node(taker).listeners().forEach(listener -> listener.opened(teller, session));
    }

    /** News from teller to taker breaks; who is down does not hear of it. */
    public void breakNews(int taker, int teller) {
        Long session = sessions.remove(new Path(teller, taker));
        if (session == null) {
            return;
        }
        if (!down.contains(teller)) {
            node(teller).listeners().forEach(listener -> listener.ended(taker, session));
        }
        if (!down.contains(taker)) {
            node(taker).listeners().forEach(listener -> listener.broken(teller));
        }
    }

    /** The node answers nothing and its news breaks. */
    public void kill(int id) {
        down.add(id);
        nodes.keySet().forEach(other -> {
            breakNews(id, other);
            breakNews(other, id);
        });
    }

    /** Calls to this node fail, but its news flows on: nobody can tell it from a slow one. */
    public void silence(int id) {
        down.add(id);
    }

    public void revive(int id) {
        down.remove(id);
    }

    /** The next calls are executed, but their answers are lost. */
    public void loseAnswers(int count) {
        lostAnswers = count;
    }

    /** The next calls are given up by who asks, and arrive when {@link #deliverLate} is called. */
    public void delayCalls(int count) {
        delayedCalls = count;
    }

    public void deliverLate() {
        List<Runnable> all = List.copyOf(late);
        late.clear();
        all.forEach(Runnable::run);
    }

    /** Calls made so far. */
    public int callCount() {
        return callCount;
    }

    private CompletionStage<ByteBuffer> call(int from, int to, PeerOperation operation, ByteBuffer body) {
        callCount++;
        if (from == to) {
            throw new IllegalArgumentException("node " + from + " calls itself");
        }
        Endpoint node = nodes.get(to);
        if (node == null || down.contains(to)) {
            return failed(ErrorCode.PEER_UNREACHABLE);
        }
        PeerHandler handler = Objects.requireNonNull(node.handlers.get(operation), "nobody answers " + operation);
        ByteBuffer copy =
                ByteBuffer.allocate(body.remaining()).put(body.duplicate()).flip();
        if (delayedCalls > 0) {
            delayedCalls--;
            late.add(() -> handler.handle(from, copy));
            return failed(ErrorCode.OUTCOME_UNKNOWN);
        }
        CompletionStage<ByteBuffer> answer = handler.handle(from, copy);
        if (lostAnswers > 0) {
            lostAnswers--;
            return failed(ErrorCode.OUTCOME_UNKNOWN);
        }
        return answer;
    }

    private void tell(int from, int to, long session, PeerNews.Subject subject, ByteBuffer message) {
        if (Objects.equals(sessions.get(new Path(from, to)), session)) {
            PeerNews.Listener listener = node(to).listeners.get(subject);
            listener.news(from, message);
        }
    }

    private static <T> CompletionStage<T> failed(ErrorCode code) {
        return CompletableFuture.failedFuture(new BarnabasException(code, "as the test wants it"));
    }

    /** What one node has of the network. */
    public final class Endpoint implements PeerCalls, PeerNews {
        private final int id;
        private final Map<PeerOperation, PeerHandler> handlers = new EnumMap<>(PeerOperation.class);
        private final Map<Subject, Listener> listeners = new EnumMap<>(Subject.class);

        private Endpoint(int id) {
            this.id = id;
        }

        public void handle(PeerOperation operation, PeerHandler handler) {
            handlers.put(operation, handler);
        }

        private List<Listener> listeners() {
            return List.copyOf(listeners.values());
        }

        @Override
        public long silentMs(int nodeId) {
            return 0;
        }

        @Override
        public CompletionStage<ByteBuffer> call(int nodeId, PeerOperation operation, ByteBuffer body, int timeoutMs) {
            return PeerNetwork.this.call(id, nodeId, operation, body);
        }

        @Override
        public void tell(int nodeId, long session, Subject subject, ByteBuffer message) {
            PeerNetwork.this.tell(id, nodeId, session, subject, message);
        }

        @Override
        public void tellLatest(int nodeId, long session, Subject subject, long key, ByteBuffer message) {
            tell(nodeId, session, subject, message);
        }

        @Override
        public void listen(Subject subject, Listener listener) {
            listeners.put(subject, listener);
        }
    }
}
