package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.ClusterView;
import io.barnabas.cluster.Ownership;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.BarnabasException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of other nodes that this one asks for. Asks owners to tell it about those that somebody here listens
 * to, and asks anew whenever news of an owner begin anew. Thread-safe.
 */
public final class RemoteLogs implements RemotePartitions, PeerNews.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteLogs.class);
    private static final int RETRY_MS = 250;
    private static final int SWEEP_MS = 30_000;

    /** How long a node that has left the cluster may still answer: one that stops cleanly does. */
    private static final int LAST_ANSWERS_MS = 1_000;

    private final PeerCalls calls;
    private final PeerSettings settings;
    private final ScheduledExecutorService timers;
    private final AtomicLong watchIds = new AtomicLong();
    private final Map<LogId, RemotePartitionLog> logs = new ConcurrentHashMap<>();
    private final Map<Long, RemotePartitionLog> watched = new ConcurrentHashMap<>();

    /** Under which session each node tells news. */
    private final Map<Integer, Long> sessions = new ConcurrentHashMap<>();

    private final ScheduledFuture<?> sweep;

    public RemoteLogs(PeerCalls calls, PeerNews news, PeerSettings settings, ScheduledExecutorService timers) {
        this.calls = requireNonNull(calls, "calls");
        this.settings = requireNonNull(settings, "settings");
        this.timers = requireNonNull(timers, "timers");
        news.listen(PeerNews.Subject.HIGH_WATERMARK, this);
        this.sweep = timers.scheduleWithFixedDelay(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public PartitionLog log(LogId id, Ownership owner) {
        RemotePartitionLog known = logs.get(id);
        if (known != null && known.owner().equals(owner)) {
            return known;
        }
        List<RemotePartitionLog> replaced = new ArrayList<>();
        RemotePartitionLog log = logs.compute(id, (key, before) -> {
            if (before != null && before.owner().epoch() >= owner.epoch()) {
                return before;
            }
            if (before != null) {
                replaced.add(before);
            }
            return new RemotePartitionLog(id, owner, watchIds.incrementAndGet(), calls, settings, this);
        });
        replaced.forEach(this::retire);
        return log;
    }

    @Override
    public List<PartitionLog> follow(ClusterView view) {
        List<RemotePartitionLog> over = new ArrayList<>();
        for (RemotePartitionLog log : List.copyOf(logs.values())) {
            if (!stillOwned(log, view) && logs.remove(log.id(), log)) {
                over.add(log);
            }
        }
        over.forEach(this::retire);
        abandonSoon(over.stream()
                .filter(log -> !view.nodes().containsKey(log.owner().nodeId()))
                .toList());
        return List.copyOf(over);
    }

    @Override
    public long silentMs(int nodeId) {
        return calls.silentMs(nodeId);
    }

    private void abandonSoon(List<RemotePartitionLog> left) {
        try {
            if (!left.isEmpty()) {
                var unused = timers.schedule(
                        () -> left.forEach(RemotePartitionLog::abandon), LAST_ANSWERS_MS, TimeUnit.MILLISECONDS);
            }
        } catch (RejectedExecutionException e) {
            left.forEach(RemotePartitionLog::abandon);
        }
    }

    private static boolean stillOwned(RemotePartitionLog log, ClusterView view) {
        var topic = view.topics().get(log.id().partition().topic());
        UUID topicId = topic == null ? null : topic.id();
        return log.id().topicId().equals(topicId)
                && log.owner().equals(view.owners().get(log.id().partition()))
                && view.nodes().containsKey(log.owner().nodeId());
    }

    private void retire(RemotePartitionLog log) {
        log.retire();
        unwatch(log);
    }

    /** Somebody listens to the log. */
    void watch(RemotePartitionLog log) {
        if (watched.putIfAbsent(log.watchId(), log) == null) {
            ask(log);
        }
    }

    private void ask(RemotePartitionLog log) {
        Long session = sessions.get(log.owner().nodeId());
        if (session == null || log.retired() || watched.get(log.watchId()) != log) {
            return; // asked when the session opens; or not wanted any more
        }
        calls.call(log.owner().nodeId(), PeerOperation.WATCH, call(log, session, true), settings.callTimeoutMs())
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        log.learn(answer.getLong(), answer.getLong());
                    } else {
                        askAgain(log, BarnabasException.of(failure));
                    }
                });
    }

    private void askAgain(RemotePartitionLog log, BarnabasException failure) {
        LOG.debug("cannot watch a partition partition={} code={}", log.id(), failure.code());
        try {
            var unused = timers.schedule(() -> ask(log), RETRY_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("no more watches, this node goes", e);
        }
    }

    private static ByteBuffer call(RemotePartitionLog log, long session, boolean on) {
        return log.target()
                .withRoomFor(2 * Long.BYTES + 1)
                .putLong(session)
                .putLong(log.watchId())
                .put((byte) (on ? 1 : 0))
                .flip();
    }

    private void unwatch(RemotePartitionLog log) {
        Long session = sessions.get(log.owner().nodeId());
        if (watched.remove(log.watchId(), log) && session != null) {
            calls.call(log.owner().nodeId(), PeerOperation.WATCH, call(log, session, false), settings.callTimeoutMs())
                    .whenComplete((answer, failure) -> {
                        if (failure != null) { // it ends with the session at the latest
                            LOG.debug("cannot end a watch partition={}", log.id(), failure);
                        }
                    });
        }
    }

    /** A watch outlives its last listener for a while: long polls come and go. */
    private void sweep() {
        for (RemotePartitionLog log : watched.values()) {
            if (log.unheardAgain()) {
                unwatch(log);
                if (log.heard()) { // a listener came in between
                    watch(log);
                }
            }
        }
    }

    @Override
    public void opened(int fromNode, long session) {
        sessions.put(fromNode, session);
        for (RemotePartitionLog log : watched.values()) {
            if (log.owner().nodeId() == fromNode) {
                ask(log);
            }
        }
    }

    @Override
    public void news(int fromNode, ByteBuffer message) {
        RemotePartitionLog log = watched.get(message.getLong());
        if (log != null && log.owner().nodeId() == fromNode) {
            log.learn(0, message.getLong());
        }
    }

    @Override
    public void broken(int fromNode) {
        sessions.remove(fromNode);
    }

    @Override
    public void close() {
        sweep.cancel(false);
    }
}
