package io.barnabas.broker.peer;

import static java.util.Objects.requireNonNull;

import io.barnabas.log.PartitionLog;
import io.barnabas.log.PartitionLog.ReadResult;
import io.barnabas.record.BarnabasException;
import io.barnabas.record.ErrorCode;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Answers other nodes' calls about partitions that this node owns; what it does not own is refused, never passed on.
 *
 * <pre>
 *   append                see {@link AppendCall}
 *   fetch                 target | long offset | int max bytes | int wait ms
 *                         answer: long high watermark | long log start | batches
 *   range                 target;                    answer: long log start | long high watermark
 *   offset-for-timestamp  target | long timestamp;   answer: long offset | long timestamp, or nothing
 *   truncate              target | long offset;      answer: long log start
 *   watch                 target | long session of the news | long watch | byte 1 begin, 0 end
 *                         answer: long log start | long high watermark
 *                         news:   long watch | long high watermark
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class PartitionCalls {
    private final LocalLogs logs;
    private final Watches watches;

    public PartitionCalls(LocalLogs logs, PeerNews news) {
        this.logs = requireNonNull(logs, "logs");
        this.watches = new Watches(news);
    }

    /** Takes the calls that come in at this desk from now on. */
    public void register(PeerDesk desk) {
        desk.register(PeerOperation.APPEND, reading(this::append));
        desk.register(PeerOperation.FETCH, reading(this::fetch));
        desk.register(PeerOperation.RANGE, reading(this::range));
        desk.register(PeerOperation.OFFSET_FOR_TIMESTAMP, reading(this::offsetForTimestamp));
        desk.register(PeerOperation.TRUNCATE, reading(this::truncate));
        desk.register(PeerOperation.WATCH, reading(this::watch));
    }

    /** Others know who owns a partition before it is open here. They are not sent away to ask again and again. */
    private PeerHandler reading(PeerHandler handler) {
        PeerHandler checked = checked(handler);
        return (fromNode, body) -> {
            CompletionStage<Void> opened = opened(body.duplicate());
            return opened.toCompletableFuture().isDone()
                    ? checked.handle(fromNode, body)
                    : opened.thenCompose(done -> checked.handle(fromNode, body));
        };
    }

    private CompletionStage<Void> opened(ByteBuffer body) {
        try {
            PartitionTarget target = PartitionTarget.read(body);
            return logs.opened(target.id(), target.epoch());
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return CompletableFuture.completedFuture(null); // the handler says what is wrong with it
        }
    }

    private static PeerHandler checked(PeerHandler handler) {
        return (fromNode, body) -> {
            try {
                return handler.handle(fromNode, body);
            } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
                throw new BarnabasException(ErrorCode.MALFORMED_REQUEST, "the call cannot be read: " + e.getMessage());
            }
        };
    }

    private CompletionStage<ByteBuffer> append(int fromNode, ByteBuffer body) {
        AppendCall call = AppendCall.decode(body);
        PartitionLog log = logs.writableLog(call.target().id(), call.target().epoch());
        List<CompletableFuture<AppendOutcome>> outcomes = new ArrayList<>();
        for (ByteBuffer batches : call.appends()) {
            outcomes.add(log.append(batches, call.acks())
                    .handle((result, failure) -> failure == null
                            ? AppendOutcome.stored(result)
                            : AppendOutcome.failed(BarnabasException.of(failure)))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
                .thenApply(done -> AppendCall.encodeAnswer(
                        outcomes.stream().map(CompletableFuture::join).toList()));
    }

    private CompletionStage<ByteBuffer> fetch(int fromNode, ByteBuffer body) {
        PartitionLog log = log(body);
        long offset = body.getLong();
        int maxBytes = body.getInt();
        int waitMs = body.getInt();
        return logs.fetch(log, offset, maxBytes, waitMs).thenApply(PartitionCalls::answer);
    }

    private static ByteBuffer answer(ReadResult read) {
        return ByteBuffer.allocate(2 * Long.BYTES + read.batches().remaining())
                .putLong(read.highWatermark())
                .putLong(read.logStartOffset())
                .put(read.batches().duplicate())
                .flip();
    }

    private CompletionStage<ByteBuffer> range(int fromNode, ByteBuffer body) {
        return log(body).range().thenApply(range -> encoded(range.beginning(), range.end()));
    }

    private static ByteBuffer encoded(long beginning, long end) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(beginning)
                .putLong(end)
                .flip();
    }

    private CompletionStage<ByteBuffer> offsetForTimestamp(int fromNode, ByteBuffer body) {
        return log(body).offsetForTimestamp(body.getLong()).thenApply(found -> found.map(
                        place -> ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(place.offset())
                                .putLong(place.timestamp())
                                .flip())
                .orElseGet(() -> ByteBuffer.allocate(0)));
    }

    private CompletionStage<ByteBuffer> truncate(int fromNode, ByteBuffer body) {
        PartitionTarget target = PartitionTarget.read(body);
        return logs.writableLog(target.id(), target.epoch())
                .truncateBefore(body.getLong())
                .thenApply(
                        start -> ByteBuffer.allocate(Long.BYTES).putLong(start).flip());
    }

    private CompletionStage<ByteBuffer> watch(int fromNode, ByteBuffer body) {
        PartitionTarget target = PartitionTarget.read(body);
        long session = body.getLong();
        long watch = body.getLong();
        if (body.get() == 0) {
            watches.end(fromNode, session, watch);
            return CompletableFuture.completedFuture(ByteBuffer.allocate(0));
        }
        PartitionLog log = logs.log(target.id(), target.epoch());
        watches.begin(fromNode, session, watch, log);
        return CompletableFuture.completedFuture(encoded(log.logStartOffset(), log.highWatermark()));
    }

    private PartitionLog log(ByteBuffer body) {
        PartitionTarget target = PartitionTarget.read(body);
        return logs.log(target.id(), target.epoch());
    }
}
