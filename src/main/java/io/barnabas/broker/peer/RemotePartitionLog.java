package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.cluster.Ownership;
import io.barnabas.log.LogConfig;
import io.barnabas.log.LogId;
import io.barnabas.log.PartitionLog;
import io.barnabas.record.Acks;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * A partition that another node owns, under one epoch of its ownership; another epoch has another object. Everything is
 * asked there; offsets that are answered without asking are those that were heard last, 0 before that: {@link #range}
 * asks. The high watermark follows by itself while somebody listens.
 *
 * <p>When the partition changes hands the object is retired: what comes later fails with {@code NOT_OWNER}. What is under
 * way is answered by the node that was asked; when that node has left the cluster it fails with {@code OUTCOME_UNKNOWN}
 * soon. Thread-safe.
 */
public final class RemotePartitionLog implements PartitionLog {
    /** What an answer holds beside its batches, and a call beside its own. */
    private static final int HEAD_BYTES = 4 << 10;

    private final LogId id;
    private final Ownership owner;
    private final long watchId;
    private final PeerCalls calls;
    private final PeerSettings settings;
    private final RemoteLogs logs;
    private final PartitionTarget target;

    private final AtomicLong logStart = new AtomicLong();
    private final AtomicLong highWatermark = new AtomicLong();
    private final List<Listening> listeners = new CopyOnWriteArrayList<>();
    private final Set<Asked<?>> underWay = ConcurrentHashMap.newKeySet();

    /** Set once; volatile because calls look at it from anywhere. */
    private volatile boolean retired;

    /** Whether nobody listened at the last sweep; touched by the sweep alone. */
    private boolean unheard;

    RemotePartitionLog(
            LogId id, Ownership owner, long watchId, PeerCalls calls, PeerSettings settings, RemoteLogs logs) {
        this.id = requireNonNull(id, "id");
        this.owner = requireNonNull(owner, "owner");
        this.watchId = watchId;
        this.calls = requireNonNull(calls, "calls");
        this.settings = requireNonNull(settings, "settings");
        this.logs = requireNonNull(logs, "logs");
        this.target = new PartitionTarget(id, owner.epoch());
    }

    @Override
    public LogId id() {
        return id;
    }

    @Override
    public int epoch() {
        return owner.epoch();
    }

    Ownership owner() {
        return owner;
    }

    PartitionTarget target() {
        return target;
    }

    long watchId() {
        return watchId;
    }

    @Override
    public long logStartOffset() {
        return logStart.get();
    }

    @Override
    public long endOffset() {
        return highWatermark.get();
    }

    @Override
    public long highWatermark() {
        return highWatermark.get();
    }

    @Override
    public CompletionStage<Range> range() {
        return ask(PeerOperation.RANGE, List.of(target.withRoomFor(0).flip()), 0, this::learnRange);
    }

    private Range learnRange(ByteBuffer answer) {
        Range range = new Range(answer.getLong(), answer.getLong());
        learn(range.beginning(), range.end());
        return range;
    }

    @Override
    public CompletionStage<AppendResult> append(ByteBuffer batches, Acks acks) {
        return append(List.of(batches), acks).thenApply(outcomes -> {
            if (outcomes.get(0).failure() != null) {
                throw outcomes.get(0).failure();
            }
            return outcomes.get(0).result();
        });
    }

    /** Appends in order, in one call; one outcome for each, in order. The buffers are as after {@link #append}. */
    public CompletionStage<List<AppendOutcome>> append(List<ByteBuffer> appends, Acks acks) {
        return ask(PeerOperation.APPEND, new AppendCall(target, acks, appends).encode(), 0, answer -> {
            List<AppendOutcome> outcomes = AppendCall.decodeAnswer(answer);
            if (outcomes.size() != appends.size()) {
                throw new BarnabasException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "node " + owner.nodeId() + " answered " + appends.size() + " appends with " + outcomes.size());
            }
            return outcomes;
        });
    }

    /** How many bytes of batches fit one call. */
    public int maxAppendBytes() {
        return settings.maxBodyBytes() - HEAD_BYTES;
    }

    @Override
    public CompletionStage<ReadResult> read(long offset, int maxBytes) {
        return read(offset, maxBytes, 0);
    }

    /** As {@link #read(long, int)}, with a long poll at the owner: empty only when nothing has come after the wait. */
    public CompletionStage<ReadResult> read(long offset, int maxBytes, int waitMs) {
        ByteBuffer call = target.withRoomFor(Long.BYTES + 2 * Integer.BYTES)
                .putLong(offset)
                .putInt(Math.min(maxBytes, settings.maxBodyBytes() - HEAD_BYTES))
                .putInt(waitMs)
                .flip();
        return ask(PeerOperation.FETCH, List.of(call), waitMs, answer -> {
            long end = answer.getLong();
            long start = answer.getLong();
            learn(start, end);
            return new ReadResult(answer.slice().asReadOnlyBuffer(), end, start);
        });
    }

    @Override
    public CompletionStage<Optional<OffsetAndTimestamp>> offsetForTimestamp(long timestamp) {
        ByteBuffer call = target.withRoomFor(Long.BYTES).putLong(timestamp).flip();
        return ask(
                PeerOperation.OFFSET_FOR_TIMESTAMP,
                List.of(call),
                0,
                answer -> answer.hasRemaining()
                        ? Optional.of(new OffsetAndTimestamp(answer.getLong(), answer.getLong()))
                        : Optional.empty());
    }

    @Override
    public CompletionStage<Long> truncateBefore(long offset) {
        ByteBuffer call = target.withRoomFor(Long.BYTES).putLong(offset).flip();
        return ask(PeerOperation.TRUNCATE, List.of(call), 0, ByteBuffer::getLong);
    }

    private <T> CompletionStage<T> ask(
            PeerOperation operation, List<ByteBuffer> body, int waitMs, Function<ByteBuffer, T> reader) {
        Asked<T> asked = new Asked<>();
        CompletableFuture<T> answer = asked.answer;
        underWay.add(asked);
        if (retired) {
            underWay.remove(asked);
            return CompletableFuture.failedFuture(moved(ErrorCode.NOT_OWNER));
        }
        int timeoutMs = (int) Math.min(Integer.MAX_VALUE, settings.callTimeoutMs() + (long) waitMs);
        calls.call(owner.nodeId(), operation, body, timeoutMs).whenComplete((bytes, failure) -> {
            underWay.remove(asked);
            if (failure != null) {
                answer.completeExceptionally(BarnabasException.of(failure));
                return;
            }
            try {
                answer.complete(reader.apply(bytes));
            } catch (RuntimeException e) { // not what this version expects
                answer.completeExceptionally(BarnabasException.of(e));
            }
        });
        return answer;
    }

    private BarnabasException moved(ErrorCode code) {
        return new BarnabasException(
                code,
                "partition " + id + " is not with node " + owner.nodeId() + " under epoch " + owner.epoch()
                        + " any more");
    }

    @Override
    public Registration onHighWatermark(LongConsumer listener) {
        Listening listening = new Listening(listener);
        listeners.add(listening);
        logs.watch(this);
        return () -> listeners.remove(listening);
    }

    boolean heard() {
        return !listeners.isEmpty();
    }

    /** Whether nobody has listened for a whole sweep. */
    boolean unheardAgain() {
        boolean again = unheard && !heard();
        unheard = !heard();
        return again;
    }

    boolean retired() {
        return retired;
    }

    /** What the owner says; both only rise within an epoch. */
    void learn(long start, long end) {
        logStart.accumulateAndGet(start, Math::max);
        long before = highWatermark.getAndAccumulate(end, Math::max);
        if (end > before) {
            listeners.forEach(listening -> listening.listener.accept(end));
        }
    }

    /** The partition has changed hands. */
    void retire() {
        retired = true;
    }

    /** The node that was asked has left: nobody waits for its answers any more. */
    void abandon() {
        for (Asked<?> asked : underWay) {
            asked.answer.completeExceptionally(moved(ErrorCode.OUTCOME_UNKNOWN));
        }
    }

    /** Nothing: the owner follows the topic's configuration by itself. */
    @Override
    public void configure(LogConfig config) {
        requireNonNull(config, "config");
    }

    /** Unknown here. */
    @Override
    public LogSize size() {
        return new LogSize(0, 0);
    }

    /** Nothing to close here: the log is the owner's. */
    @Override
    public CompletionStage<Void> close() {
        return CompletableFuture.completedFuture(null);
    }

    /** One call; compared by identity. */
    private static final class Asked<T> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();
    }

    /** One registration; by identity, so that a listener may register twice. */
    private static final class Listening {
        private final LongConsumer listener;

        Listening(LongConsumer listener) {
            this.listener = requireNonNull(listener, "listener");
        }
    }
}
