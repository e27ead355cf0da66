package io.barnabas.broker.peer;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What is on its way to one node, how much of it there may be, and whether the node says anything. The poll for news, which
 * waits there all the time, and pings are not counted. Thread-safe.
 */
final class PeerRoom {
    private final int maxCalls;
    private final long maxBytes;
    private final Silence silence;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Set<Waiting> underWay = ConcurrentHashMap.newKeySet();

    /** One call; compared by identity. */
    private static final class Waiting {
        private final PeerOperation operation;
        private final Consumer<String> giveUp;

        Waiting(PeerOperation operation, Consumer<String> giveUp) {
            this.operation = operation;
            this.giveUp = giveUp;
        }
    }

    PeerRoom(PeerSettings settings, long nowNanos) {
        maxCalls = settings.maxCallsPerNode();
        maxBytes = settings.maxNodeBytes();
        silence = new Silence(settings.newsSilenceMs(), nowNanos);
    }

    Silence silence() {
        return silence;
    }

    boolean enter(PeerOperation operation, long more) {
        if (operation.listens()) {
            return true;
        }
        long before = bytes.getAndAdd(more);
        boolean fits = before == 0 || before + more <= maxBytes;
        if (calls.incrementAndGet() > maxCalls || !fits) {
            leave(operation, more);
            return false;
        }
        return true;
    }

    void leave(PeerOperation operation, long less) {
        if (!operation.listens()) {
            calls.decrementAndGet();
            bytes.addAndGet(-less);
        }
    }

    /**
     * Remembers a call until what is answered runs.
     *
     * @param giveUp takes why
     */
    Runnable waiting(PeerOperation operation, Consumer<String> giveUp) {
        Waiting waiting = new Waiting(operation, giveUp);
        underWay.add(waiting);
        return () -> underWay.remove(waiting);
    }

    /** The node has left: all that is under way is given up. */
    void gone(String why) {
        underWay.forEach(waiting -> waiting.giveUp.accept(why));
    }

    /** Gives up all but what the node would be heard by again. */
    void giveUpAll(String why) {
        underWay.stream()
                .filter(waiting -> !waiting.operation.listens())
                .forEach(waiting -> waiting.giveUp.accept(why));
    }
}
