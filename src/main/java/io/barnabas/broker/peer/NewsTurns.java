package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.PeerNews.Listener;
import io.barnabas.broker.peer.PeerNews.Subject;
import io.barnabas.broker.subscription.SerialExecutor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/** Calls the listeners, for each other node one at a time and in order. Thread-safe. */
final class NewsTurns {
    private final Executor pool;
    private final Map<Subject, List<Listener>> listeners = new ConcurrentHashMap<>();

    /** One entry for each node that was ever heard of. */
    private final Map<Integer, SerialExecutor> turns = new ConcurrentHashMap<>();

    NewsTurns(Executor pool) {
        this.pool = requireNonNull(pool, "pool");
    }

    void listen(Subject subject, Listener listener) {
        listeners
                .computeIfAbsent(subject, absent -> new CopyOnWriteArrayList<>())
                .add(requireNonNull(listener, "listener"));
    }

    Executor of(int nodeId) {
        return turns.computeIfAbsent(nodeId, absent -> new SerialExecutor(pool));
    }

    // --- in a turn of the node

    void opened(int nodeId, long session) {
        listeners.values().forEach(list -> list.forEach(listener -> listener.opened(nodeId, session)));
    }

    void news(int nodeId, Subject subject, ByteBuffer message) {
        for (Listener listener : listeners.getOrDefault(subject, List.of())) {
            listener.news(nodeId, message.duplicate());
        }
    }

    void broken(int nodeId) {
        listeners.values().forEach(list -> list.forEach(listener -> listener.broken(nodeId)));
    }

    void began(int nodeId, long session) {
        listeners.values().forEach(list -> list.forEach(listener -> listener.began(nodeId, session)));
    }

    void ended(int nodeId, long session) {
        listeners.values().forEach(list -> list.forEach(listener -> listener.ended(nodeId, session)));
    }
}
