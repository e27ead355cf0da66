package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.broker.peer.NewsAnswer.Question;
import io.barnabas.cluster.Cluster;
import io.barnabas.cluster.ClusterView;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * News by long poll: every node keeps one poll at every other one, which is answered as soon as there is something to
 * tell. Follows the view: a node that comes is polled, one that goes is forgotten. Thread-safe.
 */
public final class LongPollNews implements PeerNews, Cluster.Listener, AutoCloseable {
    private static final int SWEEPS_PER_SILENCE = 4;

    private final PeerCalls calls;
    private final PeerSettings settings;
    private final ScheduledExecutorService timers;
    private final LongSupplier nanoTime;
    private final LongSupplier sessions;
    private final NewsTurns turns;
    private final ScheduledFuture<?> sweep;

    /** One for each node that was ever heard of. */
    private final Map<Integer, NewsTeller> tellers = new ConcurrentHashMap<>();

    /** By node; guarded by itself, for events of the cluster and the close. */
    private final Map<Integer, NewsHearer> hearers = new HashMap<>();

    /** Set once, with the hearers' lock held; volatile because polls that come in look at it without. */
    private volatile boolean closed;

    /**
     * Answers polls from now on, and asks the nodes of each view that it is told.
     *
     * @param desk where other nodes' polls come in
     * @param timers ends polls and pauses; does nothing else with its thread
     * @param pool runs the listeners
     * @param sessions numbers that were never given before, over restarts too
     */
    public LongPollNews(
            PeerCalls calls,
            PeerDesk desk,
            PeerSettings settings,
            ScheduledExecutorService timers,
            Executor pool,
            LongSupplier nanoTime,
            LongSupplier sessions) {
        this.calls = requireNonNull(calls, "calls");
        this.settings = requireNonNull(settings, "settings");
        this.timers = requireNonNull(timers, "timers");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        this.sessions = requireNonNull(sessions, "sessions");
        this.turns = new NewsTurns(pool);
        desk.register(PeerOperation.NEWS, this::asked);
        long everyMs = Math.max(1, settings.newsSilenceMs() / SWEEPS_PER_SILENCE);
        this.sweep = timers.scheduleWithFixedDelay(this::sweep, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void tell(int nodeId, long session, Subject subject, ByteBuffer message) {
        tell(nodeId, session, mailbox -> mailbox.add(subject, message));
    }

    @Override
    public void tellLatest(int nodeId, long session, Subject subject, long key, ByteBuffer message) {
        tell(nodeId, session, mailbox -> mailbox.addLatest(subject, key, message));
    }

    private void tell(int nodeId, long session, Predicate<Mailbox> put) {
        NewsTeller teller = tellers.get(nodeId);
        if (teller != null) {
            teller.tell(session, put);
        }
    }

    @Override
    public void listen(Subject subject, Listener listener) {
        turns.listen(subject, listener);
    }

    private CompletionStage<ByteBuffer> asked(int fromNode, ByteBuffer body) {
        if (closed) {
            throw new BarnabasException(ErrorCode.DRAINING, "this node is shutting down, it tells nothing any more");
        }
        return tellers.computeIfAbsent(
                        fromNode, node -> new NewsTeller(node, settings, turns, timers, nanoTime, sessions))
                .ask(Question.decode(body));
    }

    private void sweep() {
        tellers.values().forEach(NewsTeller::sweep);
    }

    @Override
    public void viewChanged(ClusterView view) {
        Set<Integer> others = new HashSet<>(view.nodes().keySet());
        others.remove(view.thisNodeId());
        synchronized (hearers) {
            if (closed) {
                return;
            }
            Set<Integer> gone = new HashSet<>(hearers.keySet());
            gone.removeAll(others);
            gone.forEach(node -> hearers.remove(node).stop());
            for (int node : others) {
                hearers.computeIfAbsent(node, this::hearer);
            }
        }
        tellers.forEach((node, teller) -> {
            if (!others.contains(node)) {
                teller.end();
            }
        });
    }

    /** Starting only queues, so it may happen under the lock. */
    private NewsHearer hearer(int node) {
        NewsHearer hearer = new NewsHearer(node, calls, settings, turns, timers, nanoTime);
        hearer.start();
        return hearer;
    }

    /** Asks no more and answers every poll, so that other nodes hear at once that this one goes. */
    @Override
    public void close() {
        sweep.cancel(false);
        synchronized (hearers) {
            closed = true;
            hearers.values().forEach(NewsHearer::stop);
            hearers.clear();
        }
        tellers.values().forEach(NewsTeller::end);
    }
}
